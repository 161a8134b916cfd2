//! Does what the core of a push asks for: reads here, writes there, notes what came of it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::core::{
    Acknowledged, Batch, Bisect, Command, Edit, Event as Done, Local, Mark, Outcome, Push, ReplicaId, Report,
    RowKey, Try, Why, compact,
};
use super::local::replica::History;
use super::local::{Captured, Outbox, TRACKED, parked, replica};
use super::refusal::Refusal;
use super::remote::{self, Handshake, Reject};
use super::report::SyncReport;
use super::server::Server;
use super::syncer::Syncer;
use crate::client::{Event, Ominipg};
use crate::error::{Error, ErrorKind};
use crate::session::Transaction;

/// How often a batch is tried again that the server refused for the sake of others.
const TRIES: u32 = 6;
/// A push that has sent so many changes lets go of old ones at its end.
const PILE: i64 = 2_500;

/// A push under way.
pub(super) struct Pushing<'a> {
    syncer: &'a Syncer,
    db: &'a Ominipg,
    server: &'a mut Server,
    outbox: &'a mut Outbox,
    /// What the server answered before the push began.
    asked: Option<Handshake>,
    /// What the server refused of the batch that is to be acknowledged.
    rejects: Vec<Reject>,
    /// The rows of changes that were refused before: those that follow them wait too.
    poisoned: HashSet<RowKey>,
    /// Changes that were refused.
    parked: u64,
    queued: u64,
    pushed: u64,
    /// How many changes the batch has that the server has just answered to.
    sent: u64,
    /// The last mark that this push noted here.
    noted: Option<Mark>,
    /// Told when the server has rows to work on.
    sent_rows: Arc<Notify>,
}

impl<'a> Pushing<'a> {
    pub(super) fn new(
        syncer: &'a Syncer,
        db: &'a Ominipg,
        server: &'a mut Server,
        outbox: &'a mut Outbox,
    ) -> Self {
        let (rejects, poisoned) = (Vec::new(), HashSet::new());
        Self {
            syncer,
            db,
            server,
            outbox,
            asked: None,
            rejects,
            poisoned,
            parked: 0,
            queued: 0,
            pushed: 0,
            sent: 0,
            noted: None,
            sent_rows: Arc::default(),
        }
    }

    /// Pushes until nothing waits.
    pub(super) async fn run(mut self) -> Result<SyncReport, Error> {
        let tx = self.db.transaction().await?;
        let local = replica::load(&tx, History::Near).await?;
        let sql = format!(
            "SELECT (SELECT count(*) FROM ominipg.changes WHERE seq > $1), ({TRACKED}), EXISTS (SELECT FROM ominipg.parked)"
        );
        let row = tx.query_one(&sql, &[&local.mark.high_seq]).await?;
        tx.commit().await?;
        self.outbox.follow(row.get(1));
        self.queued = row.get::<_, i64>(0).unsigned_abs();
        let queued = self.queued;
        self.db.backend().monitor().events.send_with(|| Event::SyncStart { queued });
        if row.get(2) {
            self.poisoned = self.outbox.parked_rows(self.db).await?;
        }
        let asked = self.ask(local.replica).await?;
        let is_where_it_was =
            asked.ledger.map_or(local.mark.batch_no == 0, |ledger| ledger.agrees(&local.mark));
        let local = if is_where_it_was { local } else { self.whole().await? };
        self.asked = Some(asked);
        let began = local.mark;
        let (mut push, mut command) = Push::new(local, self.syncer.limits);
        loop {
            if let Command::Finish(report) = command {
                if let Some(noted) = self.noted.filter(|noted| is_late(&began, noted)) {
                    tidy(self.db, &noted).await?;
                }
                return self.end(*report);
            }
            let event = self.perform(command, &mut push).await?;
            command = push.handle(event);
        }
    }

    fn end(self, report: Report) -> Result<SyncReport, Error> {
        match report.outcome {
            Outcome::Done => Ok(SyncReport {
                pushed: self.pushed,
                merged: report.conflicts,
                parked: self.parked,
                clamped: report.clamped,
                batches: report.batches + report.recovered,
                renamed: report.forked_from.is_some(),
                set_back: report.moved_to.is_some(),
            }),
            Outcome::Raced => Err(Error::new(
                ErrorKind::Sync,
                "another process sends the changes of the same database: only one may, at a time",
            )),
            Outcome::OutOfReach => Err(Error::new(
                ErrorKind::Sync,
                "the server was set back to before what is still known here of what it had: `Ominipg::resync` sends all \
                 rows again",
            )),
            Outcome::BadChange { after, why } => Err(Error::new(
                ErrorKind::Decode,
                format!("a captured change behind number {after} cannot be read: {why}"),
            )),
            Outcome::OutOfTurn => Err(Error::new(ErrorKind::Sync, "the push lost its way: sync again")),
        }
    }

    async fn perform(&mut self, command: Command, push: &mut Push) -> Result<Done, Error> {
        match command {
            Command::ReadLocal => Ok(Done::Local(self.whole().await?)),
            Command::ReadLedger { replica } => {
                let asked = match self.asked.take() {
                    Some(asked) => asked,
                    None => self.ask(replica).await?,
                };
                if ledger_is_off!() {
                    let local = self.whole().await?;
                    let own = (local.mark.batch_no > 0).then_some(local.mark);
                    return Ok(Done::Ledger { mark: own, now_ms: asked.now_ms });
                }
                Ok(Done::Ledger { mark: asked.ledger, now_ms: asked.now_ms })
            }
            Command::ReadChanges { after, through, rows, bytes } => {
                let (changes, more) = self.outbox.read(self.db, after, through, rows, bytes).await?;
                reached!(Read);
                Ok(Done::Changes { changes, more })
            }
            Command::ReadPushed { replica, from } => {
                let tx = self.server.transaction().await?;
                let pushed = remote::pushed(&tx, replica, from).await?;
                tx.commit().await?;
                Ok(Done::Pushed(pushed))
            }
            Command::Apply(batch) => Box::pin(self.apply(&batch, push)).await,
            Command::Acknowledge { replica, before, follows, mark, answer } => {
                if matches!(answer, Acknowledged::Lost) {
                    let tx = self.server.transaction().await?;
                    self.rejects = remote::rejects(&tx, replica, mark.batch_no.cast_signed()).await?;
                    tx.commit().await?;
                }
                let tx = self.db.transaction().await?;
                if !replica::is_still(&tx, replica, &before).await? {
                    return Ok(Done::Overtaken);
                }
                let changes = match answer {
                    Acknowledged::Answered => self.sent,
                    Acknowledged::Lost => {
                        let sql = "SELECT count(*) FROM ominipg.changes WHERE seq > $1 AND seq <= $2";
                        let row = tx.query_one(sql, &[&follows.high_seq, &mark.high_seq]).await?;
                        row.get::<_, i64>(0).unsigned_abs()
                    }
                };
                parked::park(&tx, &self.rejects).await?;
                replica::advance(&tx, &follows, mark).await?;
                reached!(Cleared);
                tx.commit().await?;
                reached!(Noted);
                self.noted = Some(mark);
                self.acknowledged(changes);
                if matches!(answer, Acknowledged::Lost) {
                    // Whoever was refused then is known only now.
                    self.poisoned = self.outbox.parked_rows(self.db).await?;
                }
                Ok(Done::Noted)
            }
            Command::MoveTo { replica, before, mark } => {
                let tx = self.db.transaction().await?;
                if !replica::is_still(&tx, replica, &before).await? {
                    return Ok(Done::Overtaken);
                }
                replica::move_to(&tx, mark).await?;
                tx.commit().await?;
                Ok(Done::Noted)
            }
            Command::Become { replica, before, local } => {
                let tx = self.db.transaction().await?;
                if !replica::is_still(&tx, replica, &before).await? {
                    return Ok(Done::Overtaken);
                }
                replica::replace_with(&tx, &local).await?;
                tx.commit().await?;
                Ok(Done::Noted)
            }
            Command::Finish(_) => Err(Error::new(ErrorKind::Sync, "the push has ended")),
        }
    }

    /// Asks the server what it has.
    async fn ask(&mut self, replica: ReplicaId) -> Result<Handshake, Error> {
        self.server.ask(replica, &self.syncer.names()).await
    }

    /// All that this database remembers of its batches.
    async fn whole(&self) -> Result<Local, Error> {
        let tx = self.db.transaction().await?;
        let local = replica::load(&tx, History::Whole).await?;
        tx.commit().await?;
        Ok(local)
    }

    /// Counts what the server has of a batch, and tells who listens.
    fn acknowledged(&mut self, changes: u64) {
        let refused = self.rejects.len() as u64;
        self.rejects.clear();
        self.parked += refused;
        self.pushed += changes.saturating_sub(refused);
        let (pushed, queued) = (self.pushed, self.queued.max(self.pushed));
        self.db.backend().monitor().events.send_with(|| Event::SyncProgress { pushed, queued });
    }

    /// Applies a batch: all at once where that goes, else without what the server refuses.
    async fn apply(&mut self, batch: &Batch, push: &mut Push) -> Result<Done, Error> {
        self.learn(batch).await?;
        self.sent = batch.changes.len() as u64;
        // While the server writes, the next batch is read and made here, and what is old is let go: not before the server has
        // the rows of this one, for what is done here keeps this thread from sending them.
        let (db, limits, noted) = (self.db, self.syncer.limits, self.noted);
        let sent_rows = Arc::new(Notify::new());
        self.sent_rows = Arc::clone(&sent_rows);
        let mut outbox = std::mem::take(self.outbox);
        // What goes wrong here, the push tells when it comes to it.
        let meanwhile = async {
            sent_rows.notified().await;
            let Some(mut after) = push.look_ahead() else { return };
            loop {
                let read = outbox.read(db, after, None, limits.rows.max(1), limits.bytes).await;
                let Ok((changes, more)) = read else { return };
                push.saw(changes, more);
                match push.look_ahead() {
                    Some(next) => after = next,
                    None => break,
                }
            }
            if let Some(noted) = noted {
                let _ = tidy(db, &noted).await;
            }
        };
        let write = async {
            let done = self.write_batch(batch).await;
            self.sent_rows.notify_one();
            done
        };
        let (done, ()) = tokio::join!(write, meanwhile);
        *self.outbox = outbox;
        done
    }

    /// Learns how the rows of a batch become the server's.
    async fn learn(&mut self, batch: &Batch) -> Result<(), Error> {
        let mut layouts: Vec<Arc<Captured>> = Vec::new();
        for edit in &batch.edits {
            let Some(image) = edit.image().or(edit.base.as_ref()) else { continue };
            if layouts.last().is_some_and(|last| Arc::ptr_eq(&last.layout, &image.layout)) {
                continue;
            }
            layouts.extend(self.outbox.captured(&image.layout).cloned());
        }
        let syncer = self.syncer;
        let (names, tables) = (self.outbox.tables().to_vec(), syncer.tables());
        self.server.learn(self.db, &layouts, &names, tables, syncer.resolver.as_ref()).await
    }

    async fn write_batch(&mut self, batch: &Batch) -> Result<Done, Error> {
        let mut careful = batch.edits.iter().any(|edit| self.poisoned.contains(&edit.key));
        let mut tries = 0;
        loop {
            let tried = if careful {
                Box::pin(self.without_refused(batch)).await
            } else {
                Box::pin(self.at_once(batch)).await
            };
            match tried {
                Ok(done) => return Ok(done),
                Err(error) if error.is_retryable() && tries < TRIES => {
                    tokio::time::sleep(Duration::from_millis(5 << tries)).await;
                    tries += 1;
                }
                Err(error) if !careful && Refusal::of(&error).is_some() => careful = true,
                Err(error) => return Err(error),
            }
        }
    }

    async fn at_once(&self, batch: &Batch) -> Result<Done, Error> {
        let tx = self.begin().await?;
        // What is deferred, the end of the transaction checks.
        let conflicts = self.edit(&tx, batch, &batch.edits).await?;
        self.commit(tx, batch, conflicts).await
    }

    /// Begins the transaction of a batch.
    async fn begin(&self) -> Result<Transaction, Error> {
        let tx = self.server.begin().await?;
        reached!(RemoteBegun);
        Ok(tx)
    }

    /// Writes the batch into the ledger and commits, unless somebody else was faster.
    async fn commit(&self, tx: Transaction, batch: &Batch, conflicts: u64) -> Result<Done, Error> {
        if !remote::write(&tx, batch).await? {
            return Ok(Done::LostRace);
        }
        reached!(Ledger);
        reached!(Committing);
        tx.commit().await?;
        reached!(Committed);
        Ok(Done::Applied { conflicts })
    }

    async fn edit(&self, tx: &Transaction, batch: &Batch, edits: &[Edit]) -> Result<u64, Error> {
        let number = batch.mark.batch_no.cast_signed();
        self.server.destination().apply(tx, batch.replica, number, edits, &self.sent_rows).await
    }

    async fn without_refused(&mut self, batch: &Batch) -> Result<Done, Error> {
        let mut bisect: Bisect<Refusal> = Bisect::new(batch.members(), self.poisoned.iter().cloned());
        let mut tx = self.begin().await?;
        let mut conflicts = 0;
        while let Some(next) = bisect.next() {
            let savepoint = tx.savepoint().await?;
            savepoint.run("SET CONSTRAINTS ALL DEFERRED").await?;
            match self.attempt(&savepoint, batch, &next).await {
                Ok(found) => {
                    savepoint.commit().await?;
                    conflicts += found;
                    bisect.tell(Ok(()));
                }
                Err(error) => {
                    let Some(refusal) = Refusal::of(&error) else { return Err(error) };
                    savepoint.rollback().await?;
                    bisect.tell(Err(refusal));
                }
            }
        }
        let mut rejects = Vec::new();
        for (at, why) in bisect.parked() {
            let refusal = match why {
                Why::Refused(refusal) => refusal.clone(),
                Why::DependsOn { .. } => Refusal::depends(),
            };
            rejects.extend(batch.changes_of(*at).iter().map(|stamped| refusal.reject(stamped.change.seq)));
        }
        remote::reject(&tx, batch.replica, batch.mark.batch_no.cast_signed(), &rejects).await?;
        let done = self.commit(tx, batch, conflicts).await?;
        if matches!(done, Done::Applied { .. }) {
            self.poisoned.extend(bisect.poisoned().cloned());
            self.rejects = rejects;
        }
        Ok(done)
    }

    /// Writes a part of a batch, and checks what is deferred: at the end of the transaction it would be too late to leave out
    /// who broke it.
    async fn attempt(&self, tx: &Transaction, batch: &Batch, next: &Try) -> Result<u64, Error> {
        let conflicts = match next {
            Try::Together(transactions) => self.edit(tx, batch, &batch.edits_of(transactions)).await?,
            Try::InOrder(at) => {
                let mut conflicts = 0;
                for change in batch.changes_of(*at) {
                    conflicts += self.edit(tx, batch, &compact([change])).await?;
                }
                conflicts
            }
        };
        tx.run("SET CONSTRAINTS ALL IMMEDIATE").await?;
        Ok(conflicts)
    }
}

/// Whether it is time to let go of old changes: looking for them costs more than the push of one row.
fn is_late(began: &Mark, noted: &Mark) -> bool {
    noted.batch_no.is_multiple_of(64) || noted.high_seq - began.high_seq > PILE
}

/// Lets go of old changes.
async fn tidy(db: &Ominipg, noted: &Mark) -> Result<(), Error> {
    let tx = db.transaction().await?;
    replica::forget(&tx, noted).await?;
    tx.commit().await
}
