package io.multipath4j.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.reactor.loop.AllocationMeter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class BufferPoolTest {

  @Test
  void buffersAreDirectBigEndianAndAsLongAsWanted() {
    BufferPool pool = new BufferPool();
    int[] sizes = {0, 1, 511, 512, 513, 1024, 4096, 4097, 1 << 20, BufferPool.MAX_BUFFER_BYTES};
    for (int size : sizes) {
      ByteBuffer buffer = pool.acquire(size);
      assertThat(buffer.isDirect()).isTrue();
      assertThat(buffer.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
      assertThat(buffer.position()).isZero();
      assertThat(buffer.remaining()).isEqualTo(size);
      assertThat(Integer.bitCount(buffer.capacity())).isEqualTo(1);
      assertThat(buffer.capacity()).isLessThan(Math.max(513, 2 * size));
    }
    assertThat(pool.outstanding()).isEqualTo(sizes.length);
  }

  @Test
  void releasedBufferIsLentAgainAsNew() {
    BufferPool pool = new BufferPool();
    ByteBuffer first = pool.acquire(1000);
    first.order(ByteOrder.LITTLE_ENDIAN).position(7).limit(9);
    pool.release(first);
    assertThat(pool.outstanding()).isZero();
    ByteBuffer second = pool.acquire(600);
    assertThat(second).isSameAs(first);
    assertThat(second.remaining()).isEqualTo(600);
    assertThat(second.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    assertThat(pool.heldBytes()).isEqualTo(1024);
  }

  @Test
  void lentBuffersAreDistinctEvenWhenTheirContentIsEqual() {
    BufferPool pool = new BufferPool();
    ByteBuffer first = pool.acquire(8);
    ByteBuffer second = pool.acquire(8);
    assertThat(second).isNotSameAs(first);
    pool.release(first);
    assertThat(pool.outstanding()).isEqualTo(1);
    pool.release(second);
    assertThat(pool.outstanding()).isZero();
    assertThat(pool.outstandingBytes()).isZero();
  }

  @Test
  void doubleAndForeignReleaseAreDetected() {
    BufferPool pool = new BufferPool();
    ByteBuffer buffer = pool.acquire(8);
    assertThatThrownBy(() -> pool.release(buffer.duplicate()))
        .isInstanceOf(IllegalStateException.class);
    pool.release(buffer);
    assertThatThrownBy(() -> pool.release(buffer))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("released twice");
    assertThatThrownBy(() -> pool.release(ByteBuffer.allocateDirect(512)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void limitHoldsAndIdleMemoryGivesWay() {
    BufferPool pool = new BufferPool(4096);
    ByteBuffer[] small = new ByteBuffer[8];
    for (int i = 0; i < small.length; i++) {
      small[i] = pool.acquire(512);
    }
    assertThat(pool.tryAcquire(1)).isNull();
    assertThatThrownBy(() -> pool.acquire(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("4096 of 4096");
    for (ByteBuffer buffer : small) {
      pool.release(buffer);
    }
    ByteBuffer large = pool.acquire(2048);
    assertThat(pool.heldBytes()).isEqualTo(4096);
    pool.release(large);
    assertThat(pool.acquire(4096).capacity()).isEqualTo(4096);
    assertThat(pool.heldBytes()).isEqualTo(4096);
  }

  @Test
  void absurdSizesAreRefused() {
    BufferPool pool = new BufferPool();
    assertThatThrownBy(() -> pool.acquire(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> pool.acquire(Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void steadyStateAllocatesNothing() {
    AllocationMeter meter = new AllocationMeter();
    BufferPool pool = new BufferPool();
    lendAndReturn(pool, 1000);
    long before = meter.allocatedBytes();
    lendAndReturn(pool, 100_000);
    assertThat(meter.allocatedBytes() - before).isLessThan(10_000);
  }

  private static void lendAndReturn(BufferPool pool, int times) {
    for (int i = 0; i < times; i++) {
      ByteBuffer first = pool.acquire(4096);
      ByteBuffer second = pool.acquire(4096);
      ByteBuffer third = pool.acquire(48);
      pool.release(first);
      pool.release(third);
      pool.release(second);
    }
  }
}
