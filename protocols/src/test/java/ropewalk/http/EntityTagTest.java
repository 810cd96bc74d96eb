package ropewalk.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EntityTagTest {
  private static final EntityTag A = new EntityTag("a", false);
  private static final EntityTag WEAK_A = new EntityTag("a", true);

  @Test
  void theComparisonsAreThoseOfTheTable() { // RFC 9110, section 8.8.3.2
    assertThat(WEAK_A.matchesStrongly(WEAK_A)).isFalse();
    assertThat(WEAK_A.matchesWeakly(WEAK_A)).isTrue();
    assertThat(WEAK_A.matchesWeakly(new EntityTag("b", true))).isFalse();
    assertThat(WEAK_A.matchesStrongly(A)).isFalse();
    assertThat(A.matchesStrongly(WEAK_A)).isFalse();
    assertThat(WEAK_A.matchesWeakly(A)).isTrue();
    assertThat(A.matchesStrongly(A)).isTrue();
  }

  @Test
  void listsAreReadFromQuoteToQuote() {
    assertThat(EntityTag.parseList("\"a\", W/\"b,c\" ,,\"\"\t"))
        .extracting(EntityTag::toString)
        .containsExactly("\"a\"", "W/\"b,c\"", "\"\"");
    assertThat(EntityTag.parseList("\"a\", b, \"c\"")).containsExactly(A);
    assertThat(EntityTag.parseList("w/\"a\"")).isEmpty();
    assertThat(EntityTag.parseList("\"a")).isEmpty();
    assertThat(EntityTag.parseList("W/")).isEmpty();
    assertThat(EntityTag.parseList("")).isEmpty();
  }

  @Test
  void oneTagIsOneTag() {
    assertThat(EntityTag.parse("W/\"a\"")).isEqualTo(WEAK_A);
    assertThat(EntityTag.parse("\"a\", \"b\"")).isNull();
    assertThat(EntityTag.parse("a")).isNull();
  }

  @Test
  void everyPartOfAStampChangesTheTag() {
    FileStamp stamp = new FileStamp(1, 2, 3, 4);
    EntityTag tag = EntityTag.of(stamp);
    assertThat(tag.weak()).isFalse();
    assertThat(EntityTag.of(new FileStamp(1, 2, 3, 4))).isEqualTo(tag);
    assertThat(EntityTag.of(new FileStamp(9, 2, 3, 4))).isNotEqualTo(tag);
    assertThat(EntityTag.of(new FileStamp(1, 9, 3, 4))).isNotEqualTo(tag);
    assertThat(EntityTag.of(new FileStamp(1, 2, 9, 4))).isNotEqualTo(tag);
    assertThat(EntityTag.of(new FileStamp(1, 2, 3, 9))).isNotEqualTo(tag);
  }
}
