package ropewalk.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.time.Instant;

/// What must hold for any bytes whatever that a stranger sends as a head: shared by the seeded
/// properties and the fuzzer.
final class HeadJudge {
  private static final FileStamp STAMP = new FileStamp(1000, 1_700_000_000_000_000_000L, 1, 7);
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);

  private HeadJudge() {}

  /// Takes `bytes` through everything that reads them. Answers whether they were a head.
  ///
  /// @throws AssertionError if a rule is broken; any other exception that comes out is a finding as
  ///   well
  static boolean judge(byte[] bytes) throws Exception {
    Heads.Counted source = new Heads.Counted(bytes);
    RequestHead head;
    try {
      head = new HeadReader(source, HeadLimits.USUAL).read();
    } catch (Refusal refusal) {
      require(refusal.endsConnection(), "a refused head must end its connection: " + refusal.why());
      return false;
    } catch (EOFException within) {
      return false;
    }
    if (head == null) {
      return false;
    }
    String taken = new String(bytes, 0, source.taken(), ISO_8859_1);
    require(taken.endsWith("\r\n\r\n"), "a head ends with an empty line");
    require(taken.strip().indexOf("\r\n\r\n") < 0, "a head has one empty line, its last");
    require(
        head.line().chars().allMatch(c -> c >= ' ' && c < 0x7f),
        "the log line holds a control character");
    framing(head);
    path(head);
    answer(head);
    return true;
  }

  private static void framing(RequestHead head) {
    boolean both = head.fields().has("Content-Length") && head.fields().has("Transfer-Encoding");
    try {
      Framing framing = Framing.of(head);
      require(!both, "both lengths were accepted");
      require(framing.length() >= 0, "a negative length");
    } catch (Refusal refusal) {
      require(refusal.endsConnection(), "a doubtful length must end its connection");
    }
  }

  private static void path(RequestHead head) {
    try {
      for (String name : RequestPath.of(head.target()).names()) {
        require(
            !name.isEmpty() && !name.equals(".") && !name.equals(".."),
            "a name that climbs: " + name);
        require(name.indexOf('/') < 0, "a name with a slash");
        require(name.chars().noneMatch(Character::isISOControl), "a name with a control character");
      }
    } catch (Refusal refusal) {
      require(refusal.status() == Status.BAD_REQUEST, "a path is refused by 400");
    }
  }

  private static void answer(RequestHead head) {
    FileAnswer answer = FileAnswer.to(head, STAMP, ContentTypes.of(head.target()), NOW);
    require(
        answer.offset() >= 0
            && answer.length() >= 0
            && answer.offset() <= STAMP.size() - answer.length(),
        "a range outside the file");
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
