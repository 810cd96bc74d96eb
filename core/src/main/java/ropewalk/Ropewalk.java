package ropewalk;

import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import ropewalk.cache.PageCache;
import ropewalk.cache.Writing;
import ropewalk.crypto.Digest;
import ropewalk.crypto.DigestSink;
import ropewalk.crypto.DigestSource;
import ropewalk.engine.Engine;
import ropewalk.engine.Registration;
import ropewalk.file.CachedFile;
import ropewalk.file.DirectFile;
import ropewalk.file.DirectOptions;
import ropewalk.file.Guard;
import ropewalk.file.MemFile;
import ropewalk.file.PlainFile;
import ropewalk.file.Root;
import ropewalk.linux.Fd;
import ropewalk.net.Listener;
import ropewalk.net.MessageSocket;
import ropewalk.net.Relay;
import ropewalk.net.Relays;
import ropewalk.net.Socket;
import ropewalk.net.ZeroCopy;
import ropewalk.page.FolioPool;
import ropewalk.pipe.KernelPipes;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Ask;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.splice.PipeSink;
import ropewalk.splice.PipeSource;
import ropewalk.splice.Prices;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;
import ropewalk.splice.Splice;
import ropewalk.splice.Submitted;
import ropewalk.splice.Tee;
import ropewalk.splice.Verdict;

/// The whole house behind one door: a pool of pages, an engine that waits for the kernel, a page
/// cache, and the verbs that move bytes by reference.
///
/// ```java
/// try (var walk = Ropewalk.open();
///     var file = walk.file(Path.of("movie.mkv"));
///     var peer = walk.connect("tcp://10.0.0.7:9000")) {
///   Moved moved = walk.move(file, peer); // strict, by the cheapest route, parks a virtual thread
///   System.out.println(moved); // Moved[accepted=…, route=…, copiedUser=0, …]
/// }
/// ```
///
/// **No byte changes after it has been handed over.** That is what strict means, and strict is the
/// default; [MoveOptions#relaxed] asks for the kernel's own, livelier ways.
///
/// Thread-safe; files, sockets and other ends are each used by one thread at a time unless they say
/// otherwise. A blocking call parks a virtual thread and never answers 0 for "try again". Errors
/// are `IOException`s that name call, arguments and errno. Close the ends before the house:
/// [#close] takes the pool's memory back and says who still holds pages.
public final class Ropewalk implements AutoCloseable {
  /// Kernel pipes at rest. The kernel grants an ordinary user 16384 pages in pipes of more than
  /// two; those of moves take 256 of them, those of relays a quarter.
  private static final int PIPES_RESTING_MAX = 16;

  private final Engine engine;
  private final FolioPool pool;
  private final Registration registration;
  private final PageCache cache;
  private final KernelPipes pipes;
  private final Relays relays;
  private final Splice splice;
  private final Peers peers;
  private final Ends ends;
  private final Metrics metrics;

  Ropewalk(
      Engine engine,
      FolioPool pool,
      Registration registration,
      PageCache cache,
      Prices prices,
      ZeroCopy zeroCopy) {
    this.engine = engine;
    this.pool = pool;
    this.registration = registration;
    this.cache = cache;
    this.pipes = new KernelPipes(engine.syscalls(), KernelPipes.SIZE, PIPES_RESTING_MAX);
    this.relays =
        new Relays(
            engine.syscalls(),
            new KernelPipes(engine.syscalls(), Relay.PIPE_BYTES, PIPES_RESTING_MAX));
    this.splice = new Splice(engine, pipes, prices);
    this.peers = new Peers(engine, pool, zeroCopy);
    this.ends = new Ends(this);
    this.metrics = new Metrics(pool, cache, engine, pipes);
  }

  /// Pool, engine and cache with defaults that fit this machine.
  public static Ropewalk open() throws IOException {
    return builder().open();
  }

  /// For those who want another engine, pool or cache.
  public static RopewalkBuilder builder() {
    return new RopewalkBuilder();
  }

  /// A file through the page cache, for reading unless `options` say otherwise
  /// ([java.nio.file.StandardOpenOption], [ropewalk.file.CacheOption]). As a source it lends cached
  /// pages: a later write through this house replaces those pages and changes nothing that was
  /// handed over.
  public CachedFile file(Path path, OpenOption... options) throws IOException {
    return CachedFile.open(engine, cache, path, options);
  }

  /// The same, with writes that return when `writing` says: [Writing#BACK] leaves them in the cache
  /// until a flush, a sync, a close or the background takes them to the kernel.
  public CachedFile file(Path path, Writing writing, OpenOption... options) throws IOException {
    return CachedFile.open(engine, cache, path, writing, options);
  }

  /// The same for a descriptor that was opened elsewhere (by [Root#find], say); takes `fd`.
  public CachedFile file(Fd fd) throws IOException {
    return CachedFile.of(engine, cache, fd);
  }

  /// A new file in memory, without a name, of at most `memoryMax` bytes of the pool's; gone when it
  /// is closed.
  public MemFile memory(long memoryMax) {
    return MemFile.open(cache, memoryMax);
  }

  /// A file past our cache: for long copies that pass once.
  public PlainFile plainFile(Path path, OpenOption... options) throws IOException {
    return PlainFile.open(engine, pool, path, options);
  }

  /// A file past every cache: the disk reads and writes our pages (O_DIRECT). What is askew is
  /// bounced, holes cost no I/O, and [DirectFile#io] opens a lane for a thread that keeps a disk
  /// busy.
  ///
  /// @throws IOException also if the file system refuses direct I/O: there is no other way in then
  public DirectFile direct(Path path, OpenOption... options) throws IOException {
    return direct(path, DirectOptions.DEFAULT, options);
  }

  /// The same with alignment, depth, rate and limits as `direct` says.
  public DirectFile direct(Path path, DirectOptions direct, OpenOption... options)
      throws IOException {
    return DirectFile.open(engine, cache, path, direct, options);
  }

  /// Makes a file past every cache that will be `target`: written beside its name, under its name
  /// by [DirectFile#commit].
  public DirectFile createDirect(Path target) throws IOException {
    return DirectFile.create(engine, cache, target, DirectOptions.DEFAULT);
  }

  /// A directory out of which nothing is reachable.
  public Root root(Path directory) throws IOException {
    return Root.open(engine, directory);
  }

  /// Connects to `tcp://HOST:PORT`, to the first of `tcp://HOST:PORT,HOST:PORT` that answers, or to
  /// `unix:PATH`.
  public Socket connect(String address) throws IOException {
    return connect(address, Duration.ZERO);
  }

  /// Connects, but waits no longer than `timeout` for an answer of each address; zero for as long
  /// as the kernel does.
  ///
  /// @throws java.net.SocketTimeoutException when that time is over
  public Socket connect(String address, Duration timeout) throws IOException {
    return peers.connect(address, timeout);
  }

  /// Sends messages to `udp://HOST:PORT`, `unix-dgram:PATH` or `unix-seqpacket:PATH`, and receives
  /// those that come from there.
  public MessageSocket messages(String address) throws IOException {
    return peers.messages(address, Duration.ZERO);
  }

  /// As [#messages(String)], but waits no longer than `timeout` where a connection has to be
  /// accepted; zero for as long as it takes.
  public MessageSocket messages(String address, Duration timeout) throws IOException {
    return peers.messages(address, timeout);
  }

  /// Receives messages of anybody at `udp://HOST:PORT` (port 0: the kernel chooses) or
  /// `unix-dgram:PATH`; at `unix-seqpacket:PATH` those of the first who connects, who is waited
  /// for.
  public MessageSocket receiveMessages(String address) throws IOException {
    return peers.receiveMessages(address);
  }

  /// Listens on `tcp://HOST:PORT` (port 0: the kernel chooses) or `unix:PATH`.
  public Listener listen(String address) throws IOException {
    return peers.listen(address);
  }

  /// A source as people write it: a path, `-`, `tcp://…`, `tcp-listen://…`, `udp://…`,
  /// `udp-listen://…`, `unix:…`, `unix-listen:…`, `unix-dgram:…`, `unix-dgram-listen:…`,
  /// `unix-seqpacket:…`, `unix-seqpacket-listen:…`, `zero:`. Listening ones wait for the first who
  /// connects.
  public Source source(String end) throws IOException {
    return ends.source(end);
  }

  /// A sink as people write it: a path (written beside and renamed when committed, see
  /// [PlainFile#create]), `-`, `tcp://…`, `tcp-listen://…`, `unix:…`, `unix-listen:…`, `null:`.
  public Sink sink(String end) throws IOException {
    return ends.sink(end);
  }

  /// A pipe of `slots` pages or runs of pages between two threads of this process.
  public Pipe pipe(int slots) {
    return Pipe.open(slots);
  }

  /// `source`, digested on its way by each of `digests`. Closing it closes `source`.
  public Source digest(Source source, Digest... digests) {
    return new DigestSource(source, List.of(digests));
  }

  /// A pipe of ours as a source: whoever drains it takes what waits there, by reference.
  public Source source(Pipe pipe) {
    return new PipeSource(pipe);
  }

  /// A pipe of ours as a sink: pages wait there by reference, for as long as they like, and never
  /// change. A move's ticket knows when the last one is released.
  public Sink sink(Pipe pipe) {
    return new PipeSink(pipe);
  }

  /// One sink that is two: every page is lent twice and no byte is copied for the second. Closing
  /// it closes both.
  public Sink tee(Sink main, Sink branch) {
    return new Tee(main, branch);
  }

  /// A sink that digests and keeps nothing; a branch for [#tee]. The digests stay the caller's.
  public Sink digest(Digest... digests) {
    return new DigestSink(List.of(digests));
  }

  /// Moves all of `source` to `sink`, strictly, by the cheapest route.
  ///
  /// @throws ropewalk.splice.MoveException with the bytes that `sink` had accepted
  public Moved move(Source source, Sink sink) throws IOException {
    return splice.move(source, sink, MoveOptions.DEFAULT);
  }

  /// Moves as `options` say.
  ///
  /// @throws ropewalk.splice.MoveException with the bytes that `sink` had accepted
  public Moved move(Source source, Sink sink, MoveOptions options) throws IOException {
    return splice.move(source, sink, options);
  }

  /// Moves what one step moves, at most `max` bytes: the kernel's verb. Short is a result, 0 is the
  /// end of the source.
  public Moved splice(Source source, Sink sink, long max) throws IOException {
    return splice.splice(source, sink, MoveOptions.DEFAULT.withLimit(max).withMore());
  }

  /// Joins two connections both ways; *takes* both. [Relay#run] passes on until both have ended.
  ///
  /// @param idle how long no byte may go either way before both are reset; zero for ever
  public Relay relay(Socket near, Socket far, Duration idle) {
    return new Relay(near, far, relays, idle.toNanos());
  }

  /// Begins a move as `options` say and returns; see [Splice#submit].
  public Submitted submit(Source source, Sink sink, MoveOptions options) {
    return splice.submit(source, sink, options);
  }

  /// What a move between two ends, as people write them, would ask of the routes. Looks at files,
  /// opens and connects nothing.
  public Ask ask(String source, String sink) throws IOException {
    return ends.ask(source, sink);
  }

  /// What each route would say to a pair of ends, in the order in which they are asked.
  public List<Verdict> explain(Ask ask, boolean isRelaxed) {
    return splice.explain(ask, isRelaxed);
  }

  /// What would keep others from writing the file at `path` while it is read through the cache
  /// ([Guard]), tried now; with the reason if nothing does.
  public String guard(Path path) throws IOException {
    return Guard.explain(engine, path);
  }

  /// What routes cost on this machine, as far as that was measured.
  public Prices prices() {
    return splice.prices();
  }

  /// Measures what the routes cost on this machine, which takes some seconds of an otherwise idle
  /// process. This house goes on as it was opened: give the result to [RopewalkBuilder#prices], or
  /// keep it for the next ones ([KeptPrices#keep]).
  ///
  /// @param folder where files of a few mebibytes may be made
  /// @param progress told what is measured next
  public Prices calibrate(Path folder, Consumer<String> progress) throws IOException {
    return new Calibration(this, folder, progress).run();
  }

  /// Who waits for the kernel here.
  public Engine engine() {
    return engine;
  }

  /// How much of the pool the engine's ring knows in advance, and why not more.
  public Registration registration() {
    return registration;
  }

  /// Whose memory it all is.
  public FolioPool pool() {
    return pool;
  }

  /// Where pages of files wait.
  public PageCache cache() {
    return cache;
  }

  /// What this house tells of itself, figure by figure.
  public Metrics metrics() {
    return metrics;
  }

  /// Closes cache, engine and pool. Idempotent.
  ///
  /// @throws IllegalStateException if somebody still holds pages, saying who
  /// @throws java.io.UncheckedIOException if bytes of closed files could not be written back
  @Override
  public void close() {
    try (pool;
        engine; // before the pool: what the ring knows goes after the last request (rule 12)
        pipes;
        relays) {
      cache.close();
    }
  }
}
