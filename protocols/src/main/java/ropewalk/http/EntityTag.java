package ropewalk.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A validator: two answers with the same tag have the same bytes (strong) or mean the same (weak).
/// RFC 9110, section 8.8.3.
///
/// @param opaque what stands between the quotes
/// @param weak whether `W/` stands before them
public record EntityTag(String opaque, boolean weak) {

  /// The strong tag of a file in the state of `stamp`: everything in it, in hexadecimal.
  public static EntityTag of(FileStamp stamp) {
    String opaque =
        Long.toHexString(stamp.size())
            + "-"
            + Long.toHexString(stamp.modified())
            + "-"
            + Long.toHexString(stamp.inode())
            + "-"
            + Long.toHexString(stamp.changed());
    return new EntityTag(opaque, false);
  }

  /// Both strong and equal: for ranges, where half of one and half of the other must fit together.
  public boolean matchesStrongly(EntityTag other) {
    return !weak && !other.weak && opaque.equals(other.opaque);
  }

  /// Equal whatever their strength: for caches, which only ask whether to keep what they have.
  public boolean matchesWeakly(EntityTag other) {
    return opaque.equals(other.opaque);
  }

  /// The one tag that `text` is, or null when it is no tag.
  public static @Nullable EntityTag parse(String text) {
    List<EntityTag> tags = parseList(text);
    return tags.size() == 1 && text.endsWith("\"") ? tags.getFirst() : null;
  }

  /// The tags of a comma-separated list. A comma may stand within a tag, so this walks from quote
  /// to quote. What is malformed ends the list: the tags before it count.
  public static List<EntityTag> parseList(String text) {
    List<EntityTag> tags = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == ',' || c == ' ' || c == '\t') {
        at++;
        continue;
      }
      boolean weak = text.startsWith("W/", at); // has case
      int open = weak ? at + 2 : at;
      int close =
          open < text.length() && text.charAt(open) == '"' ? text.indexOf('"', open + 1) : -1;
      if (close < 0) {
        break;
      }
      tags.add(new EntityTag(text.substring(open + 1, close), weak));
      at = close + 1;
    }
    return tags;
  }

  @Override
  public String toString() {
    return (weak ? "W/\"" : "\"") + opaque + "\"";
  }
}
