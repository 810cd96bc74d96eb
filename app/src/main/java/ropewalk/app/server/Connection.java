package ropewalk.app.server;

import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;
import ropewalk.http.Framing;
import ropewalk.http.HeadLimits;
import ropewalk.http.HeadReader;
import ropewalk.http.HttpDate;
import ropewalk.http.Refusal;
import ropewalk.http.RequestHead;
import ropewalk.http.ResponseHead;
import ropewalk.http.Status;
import ropewalk.net.Socket;

/// One peer, request after request, on a virtual thread of its own.
///
/// ```
///            head read: begin()                last one, refusal, peer's end
///   IDLE ───────────────────────► BUSY ─────────────────────────────────────► ENDED
///    ▲  ◄──────────────────────── │ │                                          ▲
///    │     answered: rest()         │ short body, peer gone: reset             │
///    └── stopIdle() ────────────────┴──────────────────────────────────────────┘
/// ```
///
/// Ends: after the last answer the connection is half-closed and what still comes is dropped for a
/// moment, because a close with unread bytes is a reset, and a reset can overtake the answer. After
/// a body that fell short it *is* a reset: the peer must not take it for whole.
final class Connection implements Reception.Guest {
  private static final Logger LOG = System.getLogger(Connection.class.getName());

  /// How long, and for how many bytes, a peer may go on sending after our last answer.
  private static final long LINGER_NANOS = 1_000_000_000L;

  private static final long LINGER_BYTES = 1 << 20;

  private enum State {
    IDLE,
    BUSY,
    ENDED
  }

  private final Answering site;
  private final ServeOptions options;
  private final Socket socket;
  private final Outflow out;
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private volatile boolean isStopping;
  private volatile boolean isCut;

  /// Takes `socket`.
  Connection(Ropewalk walk, Answering site, ServeOptions options, Socket socket) {
    this.site = site;
    this.options = options;
    this.socket = socket;
    this.out = new Outflow(walk, socket);
  }

  /// Serves until one side has had enough; then the socket is closed.
  @Override
  public void run() {
    try (Inflow in = new Inflow(socket)) {
      socket.sendTimeout(options.idleTimeout().toNanos());
      if (serve(in)) {
        linger(in);
      }
    } catch (IOException e) {
      // Between two requests, or while saying goodbye: there is no request to log this for.
      LOG.log(Level.DEBUG, () -> "connection of " + socket.peer() + " ended: " + e.getMessage());
    } finally {
      state.set(State.ENDED);
      socket.close();
    }
  }

  /// No further request: an idle connection ends now, a busy one behind its answer.
  @Override
  public void stop() {
    isStopping = true;
    if (state.compareAndSet(State.IDLE, State.ENDED)) {
      socket.close();
    }
  }

  /// Ends the connection at once; a body under way is seen to be cut.
  @Override
  public void cut() {
    isCut = true;
    reset();
  }

  /// Answers whether there is somebody to say goodbye to.
  private boolean serve(Inflow in) throws IOException {
    HeadReader reader = new HeadReader(in, HeadLimits.ofHead(options.headBytes()));
    while (true) {
      in.within(options.idleTimeout().toNanos());
      RequestHead head;
      try {
        head = reader.read();
      } catch (Refusal refusal) {
        return begin() && refuse(refusal);
      } catch (SocketTimeoutException e) {
        String why = "the head was not complete within " + options.idleTimeout().toMillis() + " ms";
        return reader.isWithinHead()
            && begin()
            && refuse(Refusal.ending(Status.REQUEST_TIMEOUT, why));
      } catch (EOFException e) {
        LogLine line = new LogLine(socket.peer());
        line.failed(reason(e));
        log(line);
        return false;
      }
      if (head == null) {
        return false;
      }
      if (!begin()) {
        return false;
      }
      switch (exchange(head, in)) {
        case GO_ON -> {
          if (!rest()) {
            return true;
          }
        }
        case END -> {
          return true;
        }
        case BROKEN -> {
          return false;
        }
      }
    }
  }

  private enum Outcome {
    GO_ON,
    END,
    BROKEN
  }

  /// One request and its answer, and one line about both.
  private Outcome exchange(RequestHead head, Inflow in) {
    LogLine line = new LogLine(socket.peer());
    line.request(head);
    boolean keepsAlive = head.keepsAlive() && !isStopping;
    boolean isWhole = false;
    try {
      Answer answer;
      try {
        Framing framing = Framing.of(head);
        if (framing.isDrainable(head)) {
          in.within(options.idleTimeout().toNanos());
          in.drop(framing.length());
        } else {
          keepsAlive = false;
        }
        answer = answer(head, line);
      } catch (Refusal refusal) {
        keepsAlive &= !refusal.endsConnection();
        answer = Site.sentence(refusal.status(), refusal.why(), head.isHead());
      }
      try (Answer sent = answer) {
        connectionFields(sent.head(), keepsAlive, head.minor());
        out.send(sent, line);
      }
      isWhole = true;
      line.unacknowledged(unacknowledged());
      return keepsAlive ? Outcome.GO_ON : Outcome.END;
    } catch (IOException e) {
      line.failed(isCut ? "cut: the server stops" : reason(e));
      line.unacknowledged(unacknowledged());
      return Outcome.BROKEN;
    } finally {
      if (!isWhole) {
        reset();
      }
      log(line);
    }
  }

  /// The site's answer; where the kernel failed it, a sentence that gives away no more than that.
  private Answer answer(RequestHead head, LogLine line) throws Refusal {
    try {
      return site.answer(head);
    } catch (IOException e) {
      line.failed(reason(e));
      return Site.sentence(
          Status.INTERNAL_SERVER_ERROR, "it could not be read; the log says why", head.isHead());
    }
  }

  /// Answers whether the refusal has been told.
  private boolean refuse(Refusal refusal) {
    LogLine line = new LogLine(socket.peer());
    line.failed(refusal.why());
    try {
      Answer answer = Site.sentence(refusal.status(), refusal.why(), false);
      connectionFields(answer.head(), false, 1);
      out.send(answer, line);
      line.unacknowledged(unacknowledged());
      return true;
    } catch (IOException e) {
      line.failed(reason(e));
      return false;
    } finally {
      log(line);
    }
  }

  private static void connectionFields(ResponseHead head, boolean keepsAlive, int minor) {
    head.field("Date", HttpDate.format(Instant.now()));
    if (!keepsAlive) {
      head.field("Connection", "close");
    } else if (minor == 0) {
      head.field("Connection", "keep-alive");
    }
  }

  private boolean begin() {
    return state.compareAndSet(State.IDLE, State.BUSY);
  }

  private boolean rest() {
    state.set(State.IDLE);
    // stop() sets its flag first and looks at the state then; here it is the other way round, so
    // one of us sees the other
    return !isStopping || !state.compareAndSet(State.IDLE, State.ENDED);
  }

  private void linger(Inflow in) throws IOException {
    socket.shutdownOutput();
    in.within(LINGER_NANOS);
    in.dropAll(LINGER_BYTES);
  }

  private void reset() {
    try {
      socket.reset();
    } catch (IOException e) {
      // The peer was faster; either way nobody takes this body for whole.
      LOG.log(Level.DEBUG, () -> "reset of " + socket.peer() + ": " + e.getMessage());
    }
  }

  /// Bytes under way to the peer; negative if the socket is closed already.
  private long unacknowledged() {
    try {
      return socket.unacknowledged();
    } catch (IOException e) {
      return -1;
    }
  }

  private void log(LogLine line) {
    options.log().accept(line.toString());
  }

  private static String reason(Throwable thrown) {
    @Nullable String message = thrown.getMessage();
    return message == null ? thrown.toString() : message;
  }
}
