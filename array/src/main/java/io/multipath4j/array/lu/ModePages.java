package io.multipath4j.array.lu;

/**
 * The mode pages of a logical unit (SPC-5 7.5, SBC-4 6.5), current values. What can be changed: WCE
 * in the caching page, D_SENSE and SWP in the control page.
 */
final class ModePages {

  static final int CACHING = 0x08;
  static final int CONTROL = 0x0A;
  static final int ALL = 0x3F;

  private static final byte[] CACHING_DEFAULT = {
    CACHING, 0x12, 0x04 /* WCE */, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final byte[] CACHING_CHANGEABLE = {
    CACHING, 0x12, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final byte[] CONTROL_DEFAULT = {
    CONTROL, 0x0A, 0x02 /* GLTSD */, 0x10 /* unrestricted reordering */, 0, 0, 0, 0, -1, -1, 0, 0
  };
  private static final byte[] CONTROL_CHANGEABLE = {
    CONTROL, 0x0A, 0x04 /* D_SENSE */, 0, 0x08 /* SWP */, 0, 0, 0, 0, 0, 0, 0
  };

  private final byte[] caching = CACHING_DEFAULT.clone();
  private final byte[] control = CONTROL_DEFAULT.clone();

  boolean descriptorSense() {
    return (control[2] & 0x04) != 0;
  }

  boolean softwareWriteProtect() {
    return (control[4] & 0x08) != 0;
  }

  void reset() {
    System.arraycopy(CACHING_DEFAULT, 0, caching, 0, caching.length);
    System.arraycopy(CONTROL_DEFAULT, 0, control, 0, control.length);
  }

  /**
   * Returns a page.
   *
   * @param pageControl 0 current, 1 changeable, 2 default (SPC-5 6.13.2)
   * @return null when there is no such page
   */
  byte @org.jspecify.annotations.Nullable [] page(int code, int pageControl) {
    return switch (code) {
      case CACHING ->
          pageControl == 0 ? caching : pageControl == 1 ? CACHING_CHANGEABLE : CACHING_DEFAULT;
      case CONTROL ->
          pageControl == 0 ? control : pageControl == 1 ? CONTROL_CHANGEABLE : CONTROL_DEFAULT;
      default -> null;
    };
  }

  /** Tells whether a page could be set to {@code wanted}: it differs in changeable bits only. */
  boolean accepts(byte[] wanted) {
    byte[] current = page(wanted[0] & 0x3F, 0);
    byte[] changeable = page(wanted[0] & 0x3F, 1);
    if (current == null || changeable == null || current.length != wanted.length) {
      return false;
    }
    for (int i = 1; i < current.length; i++) {
      if (((current[i] ^ wanted[i]) & (i == 1 ? 0xFF : ~changeable[i])) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Sets a page that {@link #accepts} accepted. */
  void set(byte[] wanted) {
    byte[] current = page(wanted[0] & 0x3F, 0);
    if (current != null) {
      System.arraycopy(wanted, 2, current, 2, current.length - 2);
    }
  }
}
