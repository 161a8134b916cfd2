//! One suite, written once and run on every mode.

mod limits;
mod place;
mod reading;
mod relating;
mod suite;
mod writing;

/// The tables of `schemas/blog`.
mod blog {
    ominipg::ominipg_schema!("schemas/blog");
}

/// A module for each mode, with a test for each function of the suites.
macro_rules! on_every_mode {
    ($($suite:ident::$test:ident),* $(,)?) => {
        on_every_mode!(@mode memory, Memory, $($suite::$test)*);
        on_every_mode!(@mode folder, Folder, $($suite::$test)*);
        on_every_mode!(@mode direct, Direct, $($suite::$test)*);
        on_every_mode!(@mode server_worker, ServerWorker, $($suite::$test)*);
    };
    (@mode $module:ident, $kind:ident, $($suite:ident::$test:ident)*) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let place = crate::place::Place::new(crate::place::Kind::$kind).await;
                    let db = place.open().await;
                    crate::$suite::$test(&place, db).await;
                }
            )*
        }
    };
}

on_every_mode!(
    suite::creates_and_finds,
    suite::fills_in_what_is_left_out,
    suite::creates_many_in_order,
    suite::creates_all_or_none,
    suite::filters,
    suite::filters_by_json,
    suite::orders_and_pages,
    suite::updates_in_three_states,
    suite::deletes,
    suite::asks_for_whole_tables,
    suite::populates_relations,
    suite::runs_transactions,
    suite::answers_many_tasks,
    suite::reports_errors_and_goes_on,
    suite::refuses_what_breaks_the_schema,
    suite::moves_large_values,
    suite::keeps_what_was_committed,
    suite::refuses_calls_after_the_close,
    reading::selects,
    reading::aggregates,
    reading::pages,
    reading::locks,
    writing::upserts,
    writing::computes,
    writing::keeps_versions,
    writing::keeps_what_is_deleted,
    relating::nests,
    relating::goes_through_tables,
    relating::filters_across,
    relating::creates_through,
    limits::ends_calls_that_take_too_long,
    limits::ends_calls_when_told,
    limits::ends_calls_that_are_dropped,
    limits::rolls_back_what_was_stopped,
    limits::tells_what_happens,
    limits::diagnoses,
);
