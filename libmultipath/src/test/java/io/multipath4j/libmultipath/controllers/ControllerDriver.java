package io.multipath4j.libmultipath.controllers;

import io.multipath4j.block.Ioctl;
import io.multipath4j.libmultipath.CharDeviceDriver;
import io.multipath4j.libmultipath.IoctlPinning;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.MpathHeadTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The template of that driver, with every part that SCSI has no use for. */
final class ControllerDriver
    implements MpathHeadTemplate<Namespace>, CharDeviceDriver<Namespace>, IoctlPinning<Namespace> {

  /** A request to the controller, or to the namespace. */
  record Command(String description, boolean admin) implements Ioctl {}

  final List<String> told = new ArrayList<>();
  boolean charDeviceFails;
  boolean asynchronous = true;
  boolean finishFails;
  boolean deleteFails;

  @Override
  public boolean isDisabled(Namespace path) {
    return path.controller.state() != Controller.State.LIVE
        || path.ana() == Namespace.Ana.INACCESSIBLE
        || path.ana() == Namespace.Ana.CHANGE;
  }

  @Override
  public boolean isOptimized(Namespace path) {
    return !isDisabled(path) && path.ana() == Namespace.Ana.OPTIMIZED;
  }

  @Override
  public boolean availablePath(Namespace path) {
    return path.controller.state() != Controller.State.DELETING && !path.controller.fastFail();
  }

  @Override
  public void removeHead(MpathHead<Namespace> head) {
    told.add("remove");
    head.removeDisk();
    head.life().uninit();
  }

  @Override
  public Optional<CharDeviceDriver<Namespace>> charDevice() {
    return Optional.of(this);
  }

  @Override
  public Optional<IoctlPinning<Namespace>> ioctlPinning() {
    return Optional.of(this);
  }

  @Override
  public @Nullable Pin begin(Namespace path, Ioctl request) {
    if (!((Command) request).admin()) {
      return null;
    }
    path.controller.pins++;
    return () -> {
      path.controller.pins--;
      if (finishFails) {
        throw new IllegalStateException("the controller was not let go");
      }
    };
  }

  @Override
  public void addCharDevice(MpathHead<Namespace> head) {
    if (charDeviceFails) {
      throw new IllegalStateException("no minor is free");
    }
    told.add("add ng live=" + head.isLive());
  }

  @Override
  public void deleteCharDevice(MpathHead<Namespace> head) {
    told.add("delete ng live=" + head.isLive());
    if (deleteFails) {
      throw new IllegalStateException("the minor is still in use");
    }
  }

  @Override
  public CompletableFuture<Void> ioctl(Namespace path, Ioctl request, boolean openForWrite) {
    return path.ask();
  }

  @Override
  public CompletableFuture<Void> submitCommand(Namespace path, Ioctl command, int flags) {
    return asynchronous ? path.ask() : CharDeviceDriver.super.submitCommand(path, command, flags);
  }

  @Override
  public int pollCommand(Ioctl command, int flags)
      throws io.multipath4j.block.BlockOperationException {
    return asynchronous ? flags : CharDeviceDriver.super.pollCommand(command, flags);
  }
}
