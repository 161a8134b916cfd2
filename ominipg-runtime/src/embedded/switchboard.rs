//! Where the clients' messages meet the one PostgreSQL: who has sent what, whose turn it is, and who gets the answer.

mod line;
mod listeners;
mod patience;
mod turns;
mod vacuum;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use bytes::BytesMut;

use self::line::Line;
pub(super) use self::line::Settings;
pub(super) use self::listeners::Channels;
use self::listeners::Listeners;
pub(super) use self::turns::Next;
use self::vacuum::Vacuum;
pub(super) use self::vacuum::VacuumTime;
use super::backup::CopyRequest;
use super::control::Control;
use super::frames;
use super::session_end::SessionEnd;
use super::variables::Values;
use crate::client::Stop;

/// The number of a session; never used twice.
pub(super) type SessionId = u64;

/// The sessions of one engine.
#[derive(Default)]
pub(super) struct Switchboard {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    lines: BTreeMap<SessionId, Line>,
    last: SessionId,
    /// Whose variables PostgreSQL has; its turn may be over.
    current: Option<SessionId>,
    /// Who has session-level advisory locks, and keeps the turn for as long: PostgreSQL takes all for those of one session.
    keeper: Option<SessionId>,
    /// Whether it was given its turn and has not used it yet.
    fresh: bool,
    /// Those with messages, in the order in which these came.
    waiting: VecDeque<SessionId>,
    /// What those that are gone have left behind.
    leaving: VecDeque<Leaving>,
    listeners: Listeners,
    /// Those who want a copy of the files.
    copies: VecDeque<CopyRequest>,
    vacuum: Vacuum,
    /// What the host itself asks of PostgreSQL.
    own: Option<Own>,
    /// Since when the current turn waits for its client.
    idle_since: Option<Instant>,
    /// How long it may; zero is for ever.
    idle_limit: Duration,
    /// How long its transaction may take; zero is for ever.
    transaction_limit: Duration,
    closing: bool,
    /// PostgreSQL is gone.
    ended: bool,
    /// How many statements were begun.
    statements: u64,
}

/// A question of the host's own, and what came back.
#[derive(Default)]
struct Own {
    /// Whether it makes way for clients, as a vacuum does. Nothing else of the host's own may be cancelled: PostgreSQL would be left
    /// between two sessions.
    yields: bool,
    input: BytesMut,
    output: BytesMut,
    follower: frames::Follower,
    ready: bool,
}

/// What a session that is gone leaves behind in PostgreSQL.
#[derive(Default)]
pub(super) struct Leaving {
    /// Whether PostgreSQL has its variables now.
    pub(super) current: bool,
    pub(super) values: Values,
    pub(super) settings: Settings,
    /// The list of its channels.
    pub(super) channels: u32,
    /// Whether it has session-level advisory locks.
    pub(super) locks: bool,
}

/// What cancelling found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cancelled {
    /// Nothing to cancel.
    Nothing,
    /// A statement that has not begun; it is cancelled when it does.
    Waiting,
    /// A statement that runs.
    Running,
}

/// What a session finds that puts or takes bytes.
pub(super) enum Taken {
    Bytes(BytesMut),
    Nothing,
    /// The session has ended.
    End,
}

impl Switchboard {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a session that begins by hearing what `greeting` gives for its number.
    pub(super) fn add(
        &self,
        settings: Settings,
        secret: &[u8],
        greeting: impl FnOnce(SessionId) -> Vec<u8>,
    ) -> SessionId {
        let mut state = self.state();
        state.last += 1;
        let id = state.last;
        let mut line = Line::new(&greeting(id), settings, secret);
        if state.ended {
            line.end(&[]);
        }
        state.lines.insert(id, line);
        id
    }

    /// Whether a session has a secret that is right.
    pub(super) fn has_secret(&self, id: SessionId, is_right: impl Fn(&[u8]) -> bool) -> bool {
        self.state().lines.get(&id).is_some_and(|line| is_right(line.secret()))
    }

    /// How many sessions there are, and how many of them wait for their turn.
    pub(super) fn count(&self) -> (usize, usize) {
        let state = self.state();
        (state.lines.len(), state.waiting.len())
    }

    /// How many statements were begun.
    pub(super) fn statements(&self) -> u64 {
        self.state().statements
    }

    /// Puts bytes of a client, and says how many were taken; none where PostgreSQL must first take some.
    pub(super) fn put_input(&self, id: SessionId, bytes: &[u8], waker: Option<&Waker>) -> Option<usize> {
        let mut state = self.state();
        let current = state.current;
        let line = state.lines.get_mut(&id).filter(|line| !line.is_ended())?;
        let taken = line.put(bytes, waker);
        if line.has_whole() && current != Some(id) {
            state.queue(id);
        }
        Some(taken)
    }

    /// How much data of a COPY a client has sent that PostgreSQL has not read, where more is to come.
    pub(super) fn data_waits(&self, id: SessionId) -> Option<usize> {
        self.state().lines.get(&id)?.data_waits()
    }

    /// Takes what a client reads; where there is nothing, `waker` is woken when there is.
    pub(super) fn take_output(&self, id: SessionId, most: usize, waker: Option<&Waker>) -> Taken {
        let mut state = self.state();
        match state.lines.get_mut(&id) {
            Some(line) => line.take(most, waker),
            None => Taken::End,
        }
    }

    /// Ends a session: what it left open is rolled back.
    pub(super) fn remove(&self, id: SessionId) {
        let mut state = self.state();
        if state.current == Some(id) {
            if let Some(line) = state.lines.get_mut(&id) {
                line.hang_up();
            }
            return;
        }
        state.leave(id);
    }

    /// Lets `stop` end what a session runs, until told otherwise.
    pub(super) fn stop_at(&self, id: SessionId, stop: Option<Stop>) {
        if let Some(line) = self.state().lines.get_mut(&id) {
            line.stop = stop;
        }
    }

    /// Lets the next messages of a session's client go nowhere.
    pub(super) fn discard(&self, id: SessionId, messages: usize) {
        if let Some(line) = self.state().lines.get_mut(&id) {
            line.discard += messages;
        }
    }

    /// Whether a session has ended.
    pub(super) fn is_over(&self, id: SessionId) -> bool {
        self.state().lines.get(&id).is_none_or(Line::is_ended)
    }

    /// The sessions.
    pub(super) fn sessions(&self) -> Vec<SessionId> {
        self.state().lines.keys().copied().collect()
    }

    /// Cancels what a session runs, or has asked and waits for.
    ///
    /// PostgreSQL is told while the lock is held that it reads its next message under: what comes after the statement is
    /// never hit in its place, for PostgreSQL forgets a cancellation when it reads.
    pub(super) fn cancel(&self, id: SessionId, control: &Control) -> Cancelled {
        let mut state = self.state();
        let current = state.current == Some(id) && state.own.is_none();
        let Some(line) = state.lines.get_mut(&id) else { return Cancelled::Nothing };
        if line.is_ready() && !line.has_whole() {
            return Cancelled::Nothing;
        }
        line.cancel();
        if !current || line.is_ready() {
            return Cancelled::Waiting;
        }
        control.cancel();
        Cancelled::Running
    }

    /// Cancels the statement that runs now, if it is to be; as [`cancel`](Self::cancel) does.
    pub(super) fn cancel_due(&self, control: &Control) {
        let state = self.state();
        if state.own.is_some() {
            return;
        }
        let line = state.current.and_then(|id| state.lines.get(&id));
        if line.is_some_and(|line| !line.is_ready() && line.is_to_stop()) {
            control.cancel();
        }
    }

    /// Notes that the current session changed a setting.
    pub(super) fn touch(&self, setting: &str) {
        let mut state = self.state();
        if state.own.is_none()
            && let Some(id) = state.current
            && let Some(line) = state.lines.get_mut(&id)
        {
            line.settings.touch(setting);
        }
    }

    /// Asks for a copy of the files, between two turns.
    pub(super) fn ask_copy(&self, request: CopyRequest) {
        let mut state = self.state();
        if !state.closing {
            state.copies.push_back(request);
        }
    }

    /// Takes the next request for a copy.
    pub(super) fn take_copy(&self) -> Option<CopyRequest> {
        self.state().copies.pop_front()
    }

    /// Ends everything: what runs is cancelled, and PostgreSQL finds the end of its input.
    pub(super) fn close(&self, control: &Control) {
        let mut state = self.state();
        state.closing = true;
        if state.own.as_ref().is_none_or(|own| own.yields) {
            control.cancel();
        }
    }

    /// Cancels what makes way for whoever wants PostgreSQL; as [`cancel`](Self::cancel) does.
    pub(super) fn make_way(&self, control: &Control) {
        let state = self.state();
        if state.is_wanted() && state.own.as_ref().is_some_and(|own| own.yields) {
            control.cancel();
        }
    }

    pub(super) fn is_closing(&self) -> bool {
        self.state().closing
    }

    /// The end of PostgreSQL: every client finds `farewell` and the end.
    pub(super) fn end(&self, farewell: &[u8]) {
        let mut state = self.state();
        state.closing = true;
        state.ended = true;
        for line in state.lines.values_mut() {
            line.end(farewell);
        }
        state.waiting.clear();
        state.leaving.clear();
        state.copies.clear();
    }

    /// The session whose open transaction waits for its client, until when it may, and what ends it then.
    pub(super) fn idle_in_transaction(&self) -> Option<(SessionId, Instant, SessionEnd)> {
        let state = self.state();
        let (id, idle_since) = (state.current?, state.idle_since?);
        let since = state.lines.get(&id)?.transaction_since.unwrap_or(idle_since);
        let until = |since, limit: Duration| (!limit.is_zero()).then_some(since + limit);
        let ends = [
            until(idle_since, state.idle_limit).map(|until| (until, SessionEnd::IdleInTransaction)),
            until(since, state.transaction_limit).map(|until| (until, SessionEnd::Transaction)),
        ];
        let (until, end) = ends.into_iter().flatten().min_by_key(|(until, _)| *until)?;
        Some((id, until, end))
    }

    /// Ends the current session, and what it runs; nothing where the host itself is at work.
    pub(super) fn end_current(&self, end: SessionEnd, control: &Control) {
        let mut state = self.state();
        if state.own.is_none()
            && let Some(line) = state.current.and_then(|id| state.lines.get_mut(&id))
        {
            line.end(&end.farewell());
            control.cancel();
        }
    }

    /// Tells the client of the current session what is no part of an answer.
    pub(super) fn tell_current(&self, bytes: &[u8]) {
        let mut state = self.state();
        if let Some(line) = state.current.and_then(|id| state.lines.get_mut(&id)) {
            line.write_aside(bytes);
        }
    }

    /// Ends a session as PostgreSQL does with a FATAL error.
    pub(super) fn terminate(&self, id: SessionId, farewell: &[u8]) {
        let mut state = self.state();
        if let Some(line) = state.lines.get_mut(&id) {
            line.end(farewell);
        }
    }
}

impl State {
    /// Takes a session away that is not the current one; what it leaves behind is to be freed.
    fn leave(&mut self, id: SessionId) {
        self.waiting.retain(|&waiting| waiting != id);
        let locks = self.keeper.take_if(|keeper| *keeper == id).is_some();
        if let Some(line) = self.lines.remove(&id)
            && (!line.values.is_empty() || line.channels.list != 0 || locks)
        {
            let Line { values, settings, channels, .. } = line;
            let channels = channels.list;
            self.leaving.push_back(Leaving { current: false, values, settings, channels, locks });
        }
    }

    /// Sees to what a client did since its turn ended and before another session had PostgreSQL: as long as its session
    /// was the current one, nobody else would.
    fn let_go(&mut self, id: SessionId) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        if line.hung_up() {
            self.leave(id);
        } else if line.has_whole() {
            self.queue(id);
        }
    }

    /// Lets a session wait for its turn, if it does not yet.
    fn queue(&mut self, id: SessionId) {
        if let Some(line) = self.lines.get_mut(&id).filter(|line| line.queued_since.is_none()) {
            line.queued_since = Some(Instant::now());
            self.waiting.push_back(id);
        }
    }
}

/// The variables and settings of the sessions, which the backend puts in and out of PostgreSQL.
impl Switchboard {
    /// Asks PostgreSQL something of the host's own, at the next turn; `yields` says whether it makes way for clients.
    pub(super) fn ask(&self, input: &[u8], yields: bool) {
        self.state().own = Some(Own { yields, input: input.into(), ..Own::default() });
    }

    /// The answer to what was asked.
    pub(super) fn answer(&self) -> BytesMut {
        self.state().own.take().map(|own| own.output).unwrap_or_default()
    }

    /// Whose variables PostgreSQL has.
    pub(super) fn current(&self) -> Option<SessionId> {
        self.state().current
    }

    /// Whose turn is next, if it is not the current one's.
    pub(super) fn take_next(&self) -> Option<SessionId> {
        let mut state = self.state();
        // What somebody has left behind just now is freed first: locks may be among it.
        if !state.leaving.is_empty() {
            return None;
        }
        let at = state.next_waiting()?;
        let id = state.waiting.remove(at)?;
        if let Some(line) = state.lines.get_mut(&id) {
            line.queued_since = None;
        }
        state.fresh = true;
        Some(id)
    }

    /// Gives PostgreSQL to a session, or to nobody.
    pub(super) fn set_current(&self, id: Option<SessionId>) {
        let mut state = self.state();
        if let Some(before) = state.current.filter(|&before| Some(before) != id) {
            state.let_go(before);
        }
        state.current = id;
        state.idle_since = None;
    }

    /// Works on a session's variables and settings.
    pub(super) fn with<T>(
        &self,
        id: SessionId,
        work: impl FnOnce(&mut Values, &mut Settings) -> T,
    ) -> Option<T> {
        let mut state = self.state();
        let line = state.lines.get_mut(&id)?;
        Some(work(&mut line.values, &mut line.settings))
    }

    /// The session beside the current one that has taken a role, and its name for it.
    pub(super) fn who_has_role(&self, role: u32) -> Option<(SessionId, String)> {
        let state = self.state();
        let others = state.lines.iter().filter(|(id, _)| Some(**id) != state.current);
        let mut taken = others.flat_map(|(id, line)| {
            let settings = &line.settings;
            settings.roles.iter().map(move |(name, role)| (*id, *role, settings.values.get(name)))
        });
        let (id, _, name) = taken.find(|(_, taken, _)| *taken == role)?;
        Some((id, name.cloned().unwrap_or_default()))
    }

    /// Takes what a session that is gone has left behind.
    pub(super) fn take_leaving(&self) -> Option<Leaving> {
        let mut state = self.state();
        if let Some(id) = state.current
            && let Some(line) = state.lines.get_mut(&id)
            && line.is_gone()
        {
            let settings = std::mem::take(&mut line.settings);
            let channels = std::mem::take(&mut line.channels).list;
            if line.hung_up() {
                state.lines.remove(&id);
            }
            state.current = None;
            state.idle_since = None;
            state.waiting.retain(|&waiting| waiting != id);
            let locks = state.keeper.take_if(|keeper| *keeper == id).is_some();
            return Some(Leaving { current: true, values: Values::default(), settings, channels, locks });
        }
        state.leaving.pop_front()
    }

    /// Notes how long a transaction may wait for its client, while the current one does, and how long it may take.
    pub(super) fn limit_idle(&self, idle: Duration, transaction: Duration) {
        let mut state = self.state();
        (state.idle_limit, state.transaction_limit) = (idle, transaction);
    }
}
