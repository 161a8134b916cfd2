//! Statements made ready to be sent.

use tokio_postgres::Statement;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::Connection;
use crate::error::Error;
use crate::param::Params;
use crate::session::ready::Ready;

impl Connection {
    /// The statement as it is sent; `alone` tells that no transaction is open.
    pub(super) async fn ready<'a>(
        &self,
        sql: &'a str,
        params: Params<'a>,
        alone: bool,
    ) -> Result<Ready<'a>, Error> {
        match self.kept(sql, params) {
            Some(statement) => Ready::prepared(sql, statement, params),
            // Behind a pointer, or every statement would have room for it.
            None => Box::pin(self.make_ready(sql, params, alone)).await,
        }
    }

    async fn make_ready<'a>(
        &self,
        sql: &'a str,
        params: Params<'a>,
        alone: bool,
    ) -> Result<Ready<'a>, Error> {
        if self.statements.are_prepared() {
            return Ready::prepared(sql, self.prepare_anew(sql, params).await?, params);
        }
        let encoded = match params {
            Params::Ready(_) => None,
            Params::Inferred([]) => Some(Vec::new()),
            Params::Inferred(_) => params.encode(&self.infer(sql, alone).await?)?,
        };
        Ready::unprepared(sql, encoded, params)
    }

    /// The types that the server infers for the parameters of a text, without a statement that stays.
    async fn infer(&self, sql: &str, alone: bool) -> Result<Vec<Type>, Error> {
        if let Some(types) = self.statements.types(sql) {
            return Ok(types);
        }
        // The driver has no question for it but a prepared statement with a name. In a transaction, a pooler keeps
        // asking the same server, which so forgets it again.
        if alone {
            self.enqueue("BEGIN");
        }
        let asked = self.client.prepare(sql).await.map(|statement| statement.params().to_vec());
        if alone {
            self.enqueue("ROLLBACK");
        }
        let types = asked?;
        self.statements.put(sql, types.clone(), None);
        Ok(types)
    }

    pub(super) async fn prepare(&self, sql: &str, params: Params<'_>) -> Result<Statement, Error> {
        match self.kept(sql, params) {
            Some(statement) => Ok(statement),
            None => Box::pin(self.prepare_anew(sql, params)).await,
        }
    }

    /// The statement that was prepared for this text.
    fn kept(&self, sql: &str, params: Params<'_>) -> Option<Statement> {
        if !self.statements.are_prepared() {
            return None;
        }
        let kept = self.statements.get(sql, params);
        self.monitor.prepared(kept.is_some());
        kept
    }

    async fn prepare_anew(&self, sql: &str, params: Params<'_>) -> Result<Statement, Error> {
        let types = params.types();
        let statement = self.client.prepare_typed(sql, &types).await?;
        if self.statements.are_prepared() {
            self.statements.put(sql, types, Some(statement.clone()));
        }
        Ok(statement)
    }

    /// Whether a statement failed only because a table changed, or the server forgot it, since it was prepared.
    pub(super) fn is_stale(&self, sql: &str, error: &tokio_postgres::Error) -> bool {
        let stale = self.statements.are_prepared()
            && match error.as_db_error() {
                Some(error) if *error.code() == SqlState::FEATURE_NOT_SUPPORTED => {
                    error.routine() == Some("RevalidateCachedQuery")
                }
                Some(error) => *error.code() == SqlState::INVALID_SQL_STATEMENT_NAME,
                None => false,
            };
        if stale {
            self.statements.remove(sql);
        }
        stale
    }
}
