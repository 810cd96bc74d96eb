package ropewalk.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ropewalk.Ropewalk;
import ropewalk.forward.Action;
import ropewalk.forward.Message;
import ropewalk.forward.Parser;
import ropewalk.forward.VerdictStats;
import ropewalk.forward.Verdicts;
import ropewalk.iov.Tally;
import ropewalk.net.Listener;
import ropewalk.net.Socket;

/// Routes messages without copying them: each is four bytes of length, one byte that says which
/// target, and a body; what names no target is dropped. `MessageRouter tcp://0.0.0.0:7000
/// tcp://10.0.0.7:7000 unix:/run/audit.sock`.
public final class MessageRouter {
  private static final int HEAD = 4;

  private MessageRouter() {}

  /// Serves one visitor after the other.
  public static void main(String[] args) throws IOException {
    try (var walk = Ropewalk.open();
        var listener = walk.listen(args[0])) {
      while (true) {
        System.out.println(route(walk, listener, List.of(args).subList(1, args.length)));
      }
    }
  }

  /// Routes all that the next visitor sends, and tells what became of it.
  public static VerdictStats route(Ropewalk walk, Listener listener, List<String> targets)
      throws IOException {
    Parser length = front -> front.there() < HEAD ? Parser.MORE : HEAD + front.uint32(0);
    List<Action> ways = new ArrayList<>();
    List<Socket> sockets = new ArrayList<>();
    try {
      for (String target : targets) {
        sockets.add(walk.connect(target));
        ways.add(Action.redirect(sockets.getLast()));
      }
      try (var verdicts =
          Verdicts.of(walk.pool(), listener.accept(), length, message -> way(ways, message))) {
        verdicts.run(new Tally());
        return verdicts.stats();
      }
    } finally {
      sockets.forEach(Socket::close);
    }
  }

  private static Action way(List<Action> ways, Message message) {
    if (message.there() == HEAD) {
      return message.isWhole() ? Action.DROP : Action.cork(HEAD + 1);
    }
    int name = message.at(HEAD);
    return name < ways.size() ? ways.get(name) : Action.DROP;
  }
}
