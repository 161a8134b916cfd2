//! One suite, written once and run on every mode.

mod copies;
mod copying;
mod errors;
mod large_objects;
mod limits;
mod notifications;
mod observing;
mod place;
mod reading;
mod relating;
mod streams;
mod suite;
mod transactions;
mod validating;
mod writing;

/// The tables of `schemas/blog`.
mod blog {
    ominipg::ominipg_schema!("schemas/blog");
}

/// A module for each mode, with a test for each function of the suites.
macro_rules! on_every_mode {
    ($($suite:ident::$test:ident),*; on_callers_threads_too: $($also:ident::$too:ident),* $(,)?) => {
        on_every_mode!(@mode memory, Memory, $($suite::$test)* $($also::$too)*);
        on_every_mode!(@mode folder, Folder, $($suite::$test)* $($also::$too)*);
        on_every_mode!(@mode direct, Direct, $($suite::$test)* $($also::$too)*);
        on_every_mode!(@mode server_worker, ServerWorker, $($suite::$test)* $($also::$too)*);
        on_every_mode!(@mode alone, Alone, $($also::$too)*);
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
    reading::searches,
    reading::keeps_to_policies,
    reading::locks,
    validating::reads_only_what_keeps_the_rules,
    copying::writes_many_rows,
    copying::writes_all_or_none,
    copying::inserts_where_a_copy_means_something_else,
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
    observing::tells_of_statements,
    observing::hides_what_is_secret,
    errors::tells_them_apart,
    errors::names_the_statement,
    errors::names_the_constraint,
    transactions::encloses_work,
    transactions::takes_options,
    transactions::goes_back_to_savepoints,
    transactions::tries_again;
    on_callers_threads_too:
    streams::gives_rows_one_by_one,
    streams::gives_typed_rows,
    streams::goes_at_the_readers_pace,
    streams::ends_a_stream_that_is_dropped,
    streams::ends_with_an_error,
    streams::ends_a_stream_by_its_limits,
    streams::has_a_transaction_to_itself,
    streams::is_counted,
    copies::copies_in_every_format,
    copies::takes_rows_of_values,
    copies::names_the_line_that_is_wrong,
    copies::writes_nothing_unless_it_is_finished,
    copies::goes_on_after_a_copy_that_cannot_begin,
    copies::ends_a_copy_by_its_limits,
    copies::ends_a_copy_that_is_dropped,
    copies::tells_what_stopped_it,
    copies::moves_large_data,
    copies::runs_in_transactions,
    copies::refuses_other_statements,
    notifications::tells_what_others_say,
    notifications::listens_to_several_channels,
    notifications::takes_names_as_they_are,
    notifications::ends_with_the_database,
    notifications::tells_that_the_connection_broke,
    notifications::waits_for_nobody,
    large_objects::reads_and_writes,
    large_objects::tells_its_limits,
    transactions::answers_several_calls_at_once,
);
