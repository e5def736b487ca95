/* 4 KiB random reads through libiscsi at a fixed depth, with percentiles: the peer's side of
 * benchmarks/side-by-side. Prints one line of JSON.
 *
 *   cc -O2 -o libiscsi-load libiscsi-load.c -liscsi
 *   libiscsi-load URL DEPTH WARMUP_SECONDS SECONDS
 */
#include <inttypes.h>
#include <iscsi/iscsi.h>
#include <iscsi/scsi-lowlevel.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define IO_BYTES 4096
#define BUCKETS 4096 /* 64 powers of two, 64 steps each: 1.6 % wide */

struct slot {
  uint64_t started;
  uint8_t *buffer;
};

static struct iscsi_context *iscsi;
static struct iscsi_url *url;
static uint64_t blocks, random_state = 88172645463325252ULL;
static uint32_t block_bytes;
static uint64_t histogram[BUCKETS], done;
static int measuring, stopping, outstanding;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t cpu_nanos(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return ((uint64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000 +
         ((uint64_t)u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000;
}

static int bucket(uint64_t nanos) {
  if (nanos < 64) return (int)nanos;
  int octave = 58 - __builtin_clzll(nanos);
  return octave * 64 + (int)((nanos >> (octave - 1)) & 63);
}

static double bucket_micros(int index) {
  uint64_t nanos = index < 64 ? (uint64_t)index : (uint64_t)(64 + index % 64) << (index / 64 - 1);
  return nanos / 1000.0;
}

static double percentile_micros(double percent) {
  uint64_t rank = (uint64_t)(done * percent / 100.0), seen = 0;
  for (int i = 0; i < BUCKETS; i++) {
    seen += histogram[i];
    if (seen > rank) return bucket_micros(i);
  }
  return 0;
}

static void submit(struct slot *slot);

static void completed(struct iscsi_context *context, int status, void *data, void *private) {
  struct slot *slot = private;
  (void)context;
  if (status != SCSI_STATUS_GOOD) {
    fprintf(stderr, "read failed: %s\n", iscsi_get_error(iscsi));
    exit(1);
  }
  scsi_free_scsi_task(data);
  outstanding--;
  if (measuring) {
    histogram[bucket(now() - slot->started)]++;
    done++;
  }
  if (!stopping) submit(slot);
}

static void submit(struct slot *slot) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  uint32_t per_io = IO_BYTES / block_bytes;
  uint64_t lba = random_state % (blocks / per_io) * per_io;
  slot->started = now();
  struct scsi_task *task = iscsi_read16_task(iscsi, url->lun, lba, IO_BYTES, block_bytes, 0, 0, 0, 0,
                                             0, completed, slot);
  if (task == NULL || scsi_task_add_data_in_buffer(task, IO_BYTES, slot->buffer) != 0) {
    fprintf(stderr, "cannot submit: %s\n", iscsi_get_error(iscsi));
    exit(1);
  }
  outstanding++;
}

static void serve_until(uint64_t deadline) {
  while (now() < deadline || (stopping && outstanding > 0)) {
    struct pollfd p = {.fd = iscsi_get_fd(iscsi), .events = iscsi_which_events(iscsi)};
    if (poll(&p, 1, 100) < 0 || iscsi_service(iscsi, p.revents) != 0) {
      fprintf(stderr, "service failed: %s\n", iscsi_get_error(iscsi));
      exit(1);
    }
  }
}

int main(int count, char **arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: libiscsi-load URL DEPTH WARMUP_SECONDS SECONDS\n");
    return 2;
  }
  int depth = atoi(arguments[2]);
  double warmup = atof(arguments[3]), seconds = atof(arguments[4]);
  iscsi = iscsi_create_context("iqn.2026-01.io.multipath4j:libiscsi-load");
  url = iscsi_parse_full_url(iscsi, arguments[1]);
  if (url == NULL) {
    fprintf(stderr, "%s\n", iscsi_get_error(iscsi));
    return 2;
  }
  iscsi_set_targetname(iscsi, url->target);
  iscsi_set_session_type(iscsi, ISCSI_SESSION_NORMAL);
  iscsi_set_header_digest(iscsi, ISCSI_HEADER_DIGEST_NONE);
  if (iscsi_full_connect_sync(iscsi, url->portal, url->lun) != 0) {
    fprintf(stderr, "%s\n", iscsi_get_error(iscsi));
    return 1;
  }
  struct scsi_task *task = iscsi_readcapacity16_sync(iscsi, url->lun);
  struct scsi_readcapacity16 *capacity = task ? scsi_datain_unmarshall(task) : NULL;
  if (capacity == NULL) {
    fprintf(stderr, "READ CAPACITY failed: %s\n", iscsi_get_error(iscsi));
    return 1;
  }
  blocks = capacity->returned_lba + 1;
  block_bytes = capacity->block_length;
  scsi_free_scsi_task(task);

  for (int i = 0; i < depth; i++) {
    struct slot *slot = calloc(1, sizeof *slot);
    slot->buffer = aligned_alloc(4096, IO_BYTES);
    submit(slot);
  }
  serve_until(now() + (uint64_t)(warmup * 1e9));
  measuring = 1;
  uint64_t started = now(), cpu = cpu_nanos();
  serve_until(started + (uint64_t)(seconds * 1e9));
  double elapsed = (now() - started) / 1e9, used = (cpu_nanos() - cpu) / 1e3;
  measuring = 0;
  printf("{\"iops\":%.0f,\"cpuMicrosPerIo\":%.3f,\"p50Micros\":%.1f,\"p99Micros\":%.1f,"
         "\"p999Micros\":%.1f}\n",
         done / elapsed, used / done, percentile_micros(50), percentile_micros(99),
         percentile_micros(99.9));
  fflush(stdout);
  stopping = 1;
  serve_until(0);
  iscsi_logout_sync(iscsi);
  return 0;
}
