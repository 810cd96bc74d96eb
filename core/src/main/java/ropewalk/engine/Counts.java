package ropewalk.engine;

import java.util.concurrent.atomic.LongAdder;

/// The figures of [EngineStats] while they grow: adders, so that counting never makes two threads
/// meet.
final class Counts {
  final LongAdder submitted = new LongAdder();
  final LongAdder completed = new LongAdder();
  final LongAdder parked = new LongAdder();
  final LongAdder inlined = new LongAdder();
  final LongAdder resubmitted = new LongAdder();
  final LongAdder handed = new LongAdder();
  final LongAdder fixed = new LongAdder();

  EngineStats snapshot(long registered, int workers) {
    return new EngineStats(
        submitted.sum(),
        completed.sum(),
        parked.sum(),
        inlined.sum(),
        resubmitted.sum(),
        handed.sum(),
        fixed.sum(),
        registered,
        workers);
  }
}
