//! What autovacuum does on a server, while nobody asks anything: a backend alone has no process for it.

use super::Backend;
use crate::embedded::frames;

/// SQLSTATE of a statement that was cancelled.
const CANCELED: &str = "57014";

/// The tables of which more is dead, or has changed since they were analysed, than autovacuum's default thresholds allow, and
/// those whose oldest transaction is half-way to where PostgreSQL would force it. Temporary tables are their session's own.
const DUE: &str = "
    SELECT format('VACUUM (%s) %I.%I', CASE WHEN changed THEN 'ANALYZE' ELSE 'ANALYZE FALSE' END, nspname, relname)
    FROM (
        SELECT n.nspname, c.relname, s.n_dead_tup,
            s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0) AS dead,
            s.n_ins_since_vacuum > 1000 + 0.2 * greatest(c.reltuples, 0) AS grown,
            s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0) AS changed,
            age(c.relfrozenxid) > 100000000 AS old
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_stat_all_tables s ON s.relid = c.oid
        WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
            AND NOT coalesce('autovacuum_enabled=false' = ANY (c.reloptions), false)
    ) t
    WHERE dead OR grown OR changed OR old
    ORDER BY n_dead_tup DESC";

impl Backend {
    /// Vacuums and analyses what is due, and ends early where a client comes.
    pub(super) async fn vacuum(&mut self) -> wasmtime::Result<()> {
        // Its own settings may forbid this, or make it slow.
        self.set_aside().await?;
        // What was done in the last second is not counted yet.
        self.ask_while_idle("SELECT pg_stat_force_next_flush()").await?;
        let due = self.ask_while_idle(DUE).await?;
        let statements: Vec<String> =
            frames::rows(&due).filter_map(|row| row.into_iter().next().flatten()).collect();
        let mut complete = frames::refusal(&due).is_none();
        for statement in statements {
            if self.board.is_wanted() {
                complete = false;
                break;
            }
            if let Some(refusal) = frames::refusal(&self.ask_while_idle(&statement).await?) {
                complete &= refusal.code != CANCELED;
                tracing::debug!(target: "ominipg::engine", "{statement}: {refusal}");
            }
        }
        self.board.end_vacuum(complete);
        Ok(())
    }
}
