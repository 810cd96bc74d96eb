package ropewalk.bench.sockets;

import java.io.IOException;
import java.nio.file.Path;
import ropewalk.bench.Book;

/// The messages as a table for each kind of socket.
final class MessagePage {
  private final Book book;

  MessagePage(Book book) {
    this.book = book;
  }

  void write(Path folder) throws IOException {
    book.say(
        """
        One message is a header of 128 bytes, 64 pages of 4 KiB of which no two lie beside each other, and a trailer of
        16 bytes: %d bytes. *one* sends it in one call, *three* in three of which the first two say that more comes, *copied*
        copies it into one buffer first, *gather* is `SocketChannel.write(ByteBuffer[])`, *give* is vmsplice and splice. Sixty-four
        pages are the same in all messages. CPU is that of the process; ratios are *ours-one as a multiple of the row*,
        bold where the sign interval leaves out 1: **less is better** for CPU, more for messages/s. System calls are counted by the
        kernel in a sample of their own, those of the virtual machine included, and waits for the receiver too. Copied
        bytes are a byte of message; of ours what went out by splice is counted beneath it, the others declare.

        """,
        Message.BYTES);
    for (String kind : Message.KINDS) {
      table(kind);
    }
    book.write(folder, "One message of header, pages and trailer");
  }

  private void table(String kind) {
    book.say(
        """
        ## %s

        | | messages/s | GB/s | CPU us a message | receiver's | system calls | heap B | copied: user, kernel | ours / it, CPU | ours / it, messages/s |
        |---|---:|---:|---:|---:|---:|---:|---|---:|---:|
        """,
        kind);
    for (String subject : Message.FIELD) {
      if (book.has(kind, subject, Message.SPEED)) {
        row(kind, subject);
      }
    }
    book.say("%n");
  }

  private void row(String kind, String subject) {
    double speed = book.median(kind, subject, Message.SPEED);
    book.say(
        "| %s | %.0f | %.2f | %.1f | %.1f | %s | %.0f | %.2f, %.2f |",
        subject,
        speed,
        speed * Message.BYTES / 1e9,
        book.median(kind, subject, Message.CPU),
        book.median(kind, subject, Message.RECEIVER),
        SmallPage.calls(book, kind, subject, Message.CALLS),
        book.median(kind, subject, Message.HEAP),
        book.median(kind, subject, Message.USER),
        book.median(kind, subject, Message.KERNEL));
    if (subject.equals(Message.OURS)) {
      book.say(" | |%n");
    } else {
      book.say(
          " %s | %s |%n",
          Book.words(book.ratio(kind, Message.OURS, subject, Message.CPU)),
          Book.words(book.ratio(kind, Message.OURS, subject, Message.SPEED)));
    }
  }
}
