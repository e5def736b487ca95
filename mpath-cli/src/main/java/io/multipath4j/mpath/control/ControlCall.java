package io.multipath4j.mpath.control;

import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What one line from a client says: its {@code verb}, and the components of the record. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "verb")
public sealed interface ControlCall permits ControlRequest, ControlWatch {}
