use super::clock::HybridTime;
use super::hash::BatchHash;
use super::stamp::ReplicaId;

/// How far a replica has pushed. The ledger of the server holds one for each replica; the replica holds its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// How many batches. Zero before the first.
    pub(crate) batch_no: u64,
    /// The place of the last change.
    pub(crate) high_seq: i64,
    /// Where the clock stood after it.
    pub(crate) high_time: HybridTime,
    /// The referee's time by which its stamps were bounded, so that it can be pushed again with the same.
    pub(crate) referee_ms: u64,
    /// What was pushed.
    pub(crate) hash: BatchHash,
}

impl Mark {
    /// That of a replica which has pushed nothing.
    pub(crate) fn genesis(replica: ReplicaId, high_seq: i64, high_time: HybridTime) -> Self {
        Self { batch_no: 0, high_seq, high_time, referee_ms: 0, hash: BatchHash::genesis(replica) }
    }

    /// Whether it tells of the same batches as another.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        self.batch_no == other.batch_no && self.high_seq == other.high_seq && self.hash == other.hash
    }
}

/// What a replica knows of itself.
#[derive(Clone, Debug)]
pub(crate) struct Local {
    /// Its name.
    pub(crate) replica: ReplicaId,
    /// What the server has acknowledged.
    pub(crate) mark: Mark,
    /// The marks that it has passed, by batch: of each the changes after it are still in the change log.
    ///
    /// A server that was set back to one of them gets those changes again. There may be later ones than [`mark`](Self::mark),
    /// while that happens.
    pub(crate) history: Vec<Mark>,
    /// Who it was before it took this name, as far as it then agreed with the server: a server that was set back to before that
    /// knows it by the old name only.
    pub(crate) before: Option<Box<Local>>,
}

impl Local {
    /// A replica that has pushed nothing under its name; what its change log holds up to `high_seq` is not its own to push.
    pub(crate) fn new(replica: ReplicaId, high_seq: i64, high_time: HybridTime) -> Self {
        let mark = Mark::genesis(replica, high_seq, high_time);
        Self { replica, mark, history: vec![mark], before: None }
    }

    /// The same folder under a new name, after it has agreed with the server up to `at` under this one.
    pub(super) fn renamed(&self, at: Mark, name: ReplicaId, high_seq: i64, high_time: HybridTime) -> Self {
        let mut before = self.clone();
        before.mark = at;
        before.history.retain(|mark| mark.batch_no <= at.batch_no);
        Self { before: Some(Box::new(before)), ..Self::new(name, high_seq, high_time) }
    }

    /// Whether a mark tells of the same batches as its own or one that it has passed.
    pub(crate) fn knows(&self, mark: &Mark) -> bool {
        self.marks().any(|own| own.agrees(mark))
    }

    /// All marks whose changes it still has.
    pub(crate) fn marks(&self) -> impl Iterator<Item = &Mark> {
        std::iter::once(&self.mark).chain(&self.history)
    }

    /// The batch that it has pushed after its mark before, if it has.
    pub(crate) fn replay(&self) -> Option<&Mark> {
        self.history.iter().find(|mark| mark.batch_no == self.mark.batch_no + 1)
    }

    /// Goes on to a mark that follows another of its own. What it has pushed after that one before is forgotten, unless this is
    /// what it was.
    pub(crate) fn advance(&mut self, follows: &Mark, mark: Mark) {
        if !self.history.iter().any(|own| own.agrees(&mark)) {
            self.history.retain(|own| own.batch_no <= follows.batch_no);
            self.history.push(mark);
        }
        self.mark = mark;
    }
}
