use std::task::{Context, Poll};

use super::Wire;

/// How often bytes are moved in one turn of a task: there may be more, but others are to have their turn.
pub(super) const MOVES: usize = 8;

/// The place among those that wait of somebody who asks for an answer.
#[derive(Default)]
pub(in crate::session) struct Place {
    /// Its number, while it waits.
    number: Option<u64>,
    /// How many answers had come when it last asked for its own, which was not among them.
    asked: Option<u64>,
}

/// Somebody who waits for one answer, and moves the bytes of a wire meanwhile.
pub(in crate::session) struct Caller<'a> {
    wire: &'a Wire,
    place: Place,
}

impl<'a> Caller<'a> {
    pub(in crate::session) fn new(wire: &'a Wire) -> Self {
        Self { wire, place: Place::default() }
    }

    /// Asks for the answer.
    pub(in crate::session) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        answer: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.wire.poll(&mut self.place, cx, answer)
    }
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.place.number {
            self.wire.turns.leave(number);
        }
    }
}

impl Wire {
    /// Asks for a part of an answer, and moves the connection's bytes where that is not there yet.
    pub(in crate::session) fn poll_part<T>(
        &self,
        place: &mut Place,
        cx: &mut Context<'_>,
        part: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        // It may be another part than the last time.
        place.asked = None;
        self.poll(place, cx, part)
    }

    fn poll<T>(
        &self,
        place: &mut Place,
        cx: &mut Context<'_>,
        mut answer: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let _moving = self.turns.enter(place.number.take());
        let mut context = Context::from_waker(&self.on_answer);
        for _ in 0..MOVES {
            let answers = self.turns.answers();
            if place.asked != Some(answers)
                && let Poll::Ready(answer) = answer(&mut context)
            {
                return Poll::Ready(answer);
            }
            place.asked = Some(answers);
            self.advance();
            place.number = self.turns.wait(cx.waker(), answers);
            if place.number.is_some() {
                return Poll::Pending;
            }
        }
        // The rest has to wait for the task's next turn, also where tokio had this one end.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
