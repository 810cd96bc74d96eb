package ropewalk.app.server;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import ropewalk.Metrics;
import ropewalk.http.Refusal;
import ropewalk.http.RequestHead;
import ropewalk.http.ResponseHead;
import ropewalk.http.Status;

/// The figures of the house at `/metrics`, in the text that Prometheus and its kin collect; `/` is
/// the same, for people. Thread-safe.
final class StatsPage implements Answering {
  private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Metrics metrics;

  StatsPage(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public Answer answer(RequestHead request) throws Refusal {
    if (!request.isGet() && !request.isHead()) {
      throw Refusal.of(Status.METHOD_NOT_ALLOWED, "only GET and HEAD are served here");
    }
    if (!request.target().equals("/metrics") && !request.target().equals("/")) {
      throw Refusal.of(Status.NOT_FOUND, "the figures are at /metrics");
    }
    byte[] text = metrics.text().getBytes(StandardCharsets.UTF_8);
    ResponseHead head =
        new ResponseHead(Status.OK)
            .field("Content-Type", TYPE)
            .field("Cache-Control", "no-store")
            .field("Content-Length", text.length);
    return new Answer.Page(head, MemorySegment.ofArray(request.isHead() ? new byte[0] : text));
  }
}
