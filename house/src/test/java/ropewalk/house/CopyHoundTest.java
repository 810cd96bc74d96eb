package ropewalk.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.ClassModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import ropewalk.house.Calls.Call;

/// No bulk copy outside `ropewalk.iov.Copy` and the named bridges (invariant 7). The JDK's own
/// copies count too: a digest, a cipher and a stream each move bytes through an array of theirs.
///
/// The bridges stand in `bridges.txt`, each with its reason; one that is no longer used has to go.
/// A loop that copies byte by byte is not seen: no bytecode tells it from arithmetic.
class CopyHoundTest {
  private static final String COPY = "ropewalk.iov.Copy";

  /// Owner to the methods that copy in bulk, whatever their parameters.
  private static final Map<String, Set<String>> COPIES =
      Map.of(
          "java/lang/foreign/MemorySegment", Set.of("copy", "copyFrom", "asByteBuffer", "toArray"),
          "java/lang/foreign/SegmentAllocator", Set.of("allocateFrom"),
          "java/lang/foreign/Arena", Set.of("allocateFrom"),
          "java/lang/System", Set.of("arraycopy"),
          "sun/misc/Unsafe", Set.of("copyMemory"),
          "java/security/MessageDigest", Set.of("update", "digest"),
          "javax/crypto/Mac", Set.of("update", "doFinal"),
          "java/security/Signature", Set.of("update"),
          "java/nio/file/Files", Set.of("copy", "readAllBytes", "write"));

  @Test
  void bytesAreCopiedOnlyByCopyAndTheBridges() {
    Map<String, String> bridges = bridges();
    List<String> complaints = new ArrayList<>();
    for (Call call : copies(House.classes())) {
      if (!call.place().startsWith(COPY + "#") && bridgeOf(call, bridges).isEmpty()) {
        complaints.add(call.toString());
      }
    }
    assertThat(complaints)
        .as("copies outside %s; a bridge needs a line in bridges.txt with its reason", COPY)
        .isEmpty();
  }

  @Test
  void everyBridgeIsUsedAndHasAReason() {
    Map<String, String> bridges = bridges();
    Set<String> unused = new HashSet<>(bridges.keySet());
    copies(House.classes()).forEach(call -> unused.remove(bridgeOf(call, bridges)));
    assertThat(unused).as("lines of bridges.txt that no copy needs").isEmpty();
    assertThat(bridges.values()).as("reasons").allMatch(reason -> reason.length() > 10);
  }

  @Test
  void eachWayOfCopyingIsSeen() {
    String source =
        """
        package ropewalk.net;
        import java.io.*;
        import java.lang.foreign.*;
        import java.nio.*;
        import java.nio.channels.*;
        class Sly {
          void segment(MemorySegment s) { s.copyFrom(s); }
          Object array(MemorySegment s) { return s.toArray(ValueLayout.JAVA_BYTE); }
          void arrays(byte[] a) { System.arraycopy(a, 0, a, 1, 1); }
          Object half(byte[] a) { return java.util.Arrays.copyOfRange(a, 0, 1); }
          Object twin(byte[] a) { return a.clone(); }
          void get(ByteBuffer b, byte[] a) { b.get(a); }
          void put(ByteBuffer b) { b.put(b); }
          void at(MappedByteBuffer b, byte[] a) { b.get(3, a); }
          void slide(ByteBuffer b) { b.compact(); }
          void digest(java.security.MessageDigest d, byte[] a) { d.update(a); }
          void cipher(javax.crypto.Cipher c, byte[] a) throws Exception { c.doFinal(a); }
          void channel(SocketChannel c, ByteBuffer b) throws IOException { c.write(b); }
          void file(FileChannel c) throws IOException { c.transferTo(0, 1, c); }
          void stream(InputStream i, OutputStream o) throws IOException { i.transferTo(o); }
          void out(BufferedOutputStream o, byte[] a) throws IOException { o.write(a); }
          void lambda() { java.util.function.Consumer<byte[]> c = a -> a.clone(); c.accept(null); }
          java.util.function.UnaryOperator<byte[]> reference() { return byte[]::clone; }
        }
        """;
    Map<String, Integer> seen = new TreeMap<>();
    for (Call call : copies(Offender.compile("ropewalk.net.Sly", source))) {
      seen.merge(call.place().replaceAll(".*#", ""), 1, Integer::sum);
    }
    assertThat(seen.keySet())
        .containsExactlyInAnyOrder(
            "segment",
            "array",
            "arrays",
            "half",
            "twin",
            "get",
            "put",
            "at",
            "slide",
            "digest",
            "cipher",
            "channel",
            "file",
            "stream",
            "out",
            "lambda",
            "reference");
  }

  @Test
  void whatMovesNoBytesIsNoCopy() {
    String source =
        """
        package ropewalk.net;
        import java.nio.ByteBuffer;
        class Fine {
          enum Kind { A, B }
          Object values() { return Kind.values(); }
          byte one(ByteBuffer b) { b.put((byte) 1); b.putLong(2L); return b.get(0); }
          Object view(ByteBuffer b) { return b.slice(0, 1).duplicate(); }
          Object some(String[] s) { return java.util.Arrays.copyOf(s, 2); }
        }
        """;
    assertThat(copies(Offender.compile("ropewalk.net.Fine", source))).isEmpty();
  }

  private static List<Call> copies(List<ClassModel> classes) {
    return classes.stream()
        .flatMap(model -> Calls.in(model).stream())
        .filter(CopyHoundTest::copies)
        .toList();
  }

  private static boolean copies(Call call) {
    String owner = call.owner();
    String parameters = call.descriptor().substring(0, call.descriptor().indexOf(')') + 1);
    boolean bulk = parameters.contains("[") || parameters.contains("Buffer;");
    return COPIES.getOrDefault(owner, Set.of()).contains(call.name())
        || (owner.matches("\\[+[BCDFIJSZ]") && call.name().equals("clone"))
        || (owner.equals("java/util/Arrays")
            && call.name().startsWith("copyOf")
            && !parameters.startsWith("([Ljava/lang/Object;"))
        || (owner.matches("java/nio/\\w*Buffer")
            && ((bulk && call.name().matches("get|put")) || call.name().equals("compact")))
        || (owner.equals("javax/crypto/Cipher") && call.name().matches("update|updateAAD|doFinal"))
        || (owner.matches("java/nio/channels/\\w*Channel")
            && call.name().matches("read|write|send|receive|transferTo|transferFrom"))
        || (owner.matches("java/io/(\\w*(Input|Output|Print)Stream|RandomAccessFile)")
            && ((bulk && call.name().matches("read|write|readFully|readNBytes"))
                || call.name().matches("transferTo|readAllBytes|readNBytes|toByteArray|writeTo")));
  }

  /// The bridge that a call is made on, or nothing.
  private static String bridgeOf(Call call, Map<String, String> bridges) {
    String type = call.place().substring(0, call.place().indexOf('#'));
    return bridges.containsKey(call.place()) ? call.place() : bridges.containsKey(type) ? type : "";
  }

  /// `package.Class#method` or `package.Class`, blanks, reason.
  private static Map<String, String> bridges() {
    Map<String, String> bridges = new TreeMap<>();
    House.text(House.ROOT.resolve("house/src/test/resources/bridges.txt"))
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> line.split("\\s+", 2))
        .forEach(parts -> bridges.put(parts[0], parts.length > 1 ? parts[1] : ""));
    return bridges;
  }
}
