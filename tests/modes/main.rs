//! One suite, written once and run on every mode.

mod place;
mod suite;

/// The tables of `schemas/blog`.
mod blog {
    ominipg::ominipg_schema!("schemas/blog");
}

/// A module for each mode, with a test for each function of the suite.
macro_rules! on_every_mode {
    ($($test:ident),* $(,)?) => {
        on_every_mode!(@mode memory, Memory, $($test)*);
        on_every_mode!(@mode folder, Folder, $($test)*);
        on_every_mode!(@mode direct, Direct, $($test)*);
        on_every_mode!(@mode server_worker, ServerWorker, $($test)*);
    };
    (@mode $module:ident, $kind:ident, $($test:ident)*) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let place = crate::place::Place::new(crate::place::Kind::$kind).await;
                    let db = place.open().await;
                    crate::suite::$test(&place, db).await;
                }
            )*
        }
    };
}

on_every_mode!(
    creates_and_finds,
    fills_in_what_is_left_out,
    creates_many_in_order,
    creates_all_or_none,
    filters,
    filters_by_json,
    orders_and_pages,
    updates_in_three_states,
    deletes,
    asks_for_whole_tables,
    populates_relations,
    runs_transactions,
    answers_many_tasks,
    reports_errors_and_goes_on,
    refuses_what_breaks_the_schema,
    moves_large_values,
    keeps_what_was_committed,
    refuses_calls_after_the_close,
);
