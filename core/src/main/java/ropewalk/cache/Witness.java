package ropewalk.cache;

import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// Sees what happens to the pages of one file and tells whoever wants to know: the [Biography] that
/// is being recorded, if any. Each method is one look at a field where nobody is.
///
/// Called by the owner of a run or with the lock of [Runs].
final class Witness {
  private volatile @Nullable Biography biography;

  /// Who is told from now on, if anybody.
  void tells(@Nullable Biography biography) {
    this.biography = biography;
  }

  /// Forgets `biography` if it is the one that is told.
  void forgets(Biography biography) {
    if (this.biography == biography) {
      this.biography = null;
    }
  }

  /// `folio` was taken for `run`.
  void taken(Run run, PageRef folio) {
    Biography told = biography;
    if (told != null) {
      told.taken(run, folio.folio());
    }
  }

  /// `version` is the run's from now on, in the place of `old`.
  void settled(@Nullable PageRef old, PageRef version, int filled) {
    Biography told = biography;
    if (told == null) {
      return;
    }
    if (old == version) {
      told.note(Biography.Act.WRITTEN, version.folio(), filled);
    } else {
      if (old != null) {
        told.note(Biography.Act.VERSIONED, old.folio(), filled);
      }
      told.note(Biography.Act.FILLED, version.folio(), filled);
    }
  }

  /// A part of the run's version was lent.
  void lent(PageRef loan) {
    Biography told = biography;
    if (told != null) {
      told.note(Biography.Act.LENT, loan.folio(), loan.length());
    }
  }

  /// What `loan` is of has been written to the file.
  void writtenBack(PageRef loan) {
    Biography told = biography;
    if (told != null) {
      told.note(Biography.Act.WRITTEN_BACK, loan.folio(), loan.length());
    }
  }

  /// The cache lets go of `version`.
  void left(PageRef version) {
    Biography told = biography;
    if (told != null) {
      told.note(Biography.Act.LEFT, version.folio(), 0);
    }
  }
}
