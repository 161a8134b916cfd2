use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use ominipg::{Ominipg, Transaction};
use sea_orm::{DbErr, ProxyDatabaseTrait, ProxyExecResult, ProxyRow, RuntimeErr, Statement};
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::types::ToSql;

use crate::params::Param;
use crate::row;

/// A session of an ominipg database, as SeaORM sees it.
#[derive(Debug)]
pub struct Proxy {
    db: Ominipg,
    utc: bool,
    session: Mutex<Session>,
    /// Transactions that were dropped, which the next call rolls back.
    dropped: AtomicUsize,
}

#[derive(Default)]
struct Session {
    transaction: Option<Transaction>,
    /// Savepoints within it.
    savepoints: usize,
    /// What went wrong in a begin, a commit or a rollback: SeaORM has no way to hear of it but the next call.
    failed: Option<DbErr>,
}

impl Proxy {
    /// A session of a database.
    pub fn new(db: &Ominipg) -> Self {
        Self { db: db.clone(), utc: false, session: Mutex::default(), dropped: AtomicUsize::new(0) }
    }

    /// Reads `timestamptz` for fields that are `DateTimeUtc`; without this, for those that are `DateTimeWithTimeZone`.
    #[must_use]
    pub fn utc(mut self) -> Self {
        self.utc = true;
        self
    }

    /// The session, after what was dropped was rolled back.
    async fn session(&self) -> MutexGuard<'_, Session> {
        let mut session = self.session.lock().await;
        for _ in 0..self.dropped.swap(0, Ordering::AcqRel) {
            session.roll_back().await;
        }
        session
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_open = self.transaction.is_some();
        out.debug_struct("Session")
            .field("is_open", &is_open)
            .field("savepoints", &self.savepoints)
            .finish_non_exhaustive()
    }
}

impl Session {
    async fn begin(&mut self, db: &Ominipg) -> Result<(), ominipg::Error> {
        if let Some(transaction) = &self.transaction {
            transaction.batch_execute(&format!("SAVEPOINT sea_orm_{}", self.savepoints)).await?;
            self.savepoints += 1;
        } else {
            self.transaction = Some(db.transaction().await?);
        }
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), ominipg::Error> {
        if self.savepoints > 0 {
            self.savepoints -= 1;
            let sql = format!("RELEASE SAVEPOINT sea_orm_{}", self.savepoints);
            return match &self.transaction {
                Some(transaction) => transaction.batch_execute(&sql).await,
                None => Ok(()),
            };
        }
        match self.transaction.take() {
            Some(transaction) => transaction.commit().await,
            None => Ok(()),
        }
    }

    async fn roll_back(&mut self) {
        let done = if self.savepoints > 0 {
            self.savepoints -= 1;
            let name = format!("sea_orm_{}", self.savepoints);
            match &self.transaction {
                Some(transaction) => {
                    let sql = format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}");
                    transaction.batch_execute(&sql).await
                }
                None => Ok(()),
            }
        } else {
            match self.transaction.take() {
                Some(transaction) => transaction.rollback().await,
                None => Ok(()),
            }
        };
        self.note(done);
    }

    fn note(&mut self, done: Result<(), ominipg::Error>) {
        if let Err(error) = done {
            self.failed = Some(DbErr::Conn(internal(&error)));
        }
    }

    /// What a call before could not say.
    fn check(&mut self) -> Result<(), DbErr> {
        self.failed.take().map_or(Ok(()), Err)
    }
}

fn internal(error: &ominipg::Error) -> RuntimeErr {
    RuntimeErr::Internal(error.to_string())
}

#[async_trait]
impl ProxyDatabaseTrait for Proxy {
    async fn query(&self, statement: Statement) -> Result<Vec<ProxyRow>, DbErr> {
        let mut session = self.session().await;
        session.check()?;
        let values = statement.values.as_ref().map_or(&[][..], |values| &values.0);
        let params: Vec<Param<'_>> = values.iter().map(Param).collect();
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as _).collect();
        let rows = match &session.transaction {
            Some(transaction) => transaction.query(&statement.sql, &params).await,
            None => self.db.query(&statement.sql, &params).await,
        };
        let rows = rows.map_err(|error| DbErr::Query(internal(&error)))?;
        rows.iter().map(|row| row::read(row, self.utc).map_err(DbErr::Type)).collect()
    }

    async fn execute(&self, statement: Statement) -> Result<ProxyExecResult, DbErr> {
        let mut session = self.session().await;
        session.check()?;
        let transaction = session.transaction.as_ref();
        // Several statements have no parameters, and no number of rows.
        let is_script =
            statement.values.is_none() && statement.sql.trim_end().trim_end_matches(';').contains(';');
        let done = if is_script {
            let done = match transaction {
                Some(transaction) => transaction.batch_execute(&statement.sql).await,
                None => self.db.batch_execute(&statement.sql).await,
            };
            done.map(|()| 0)
        } else {
            let values = statement.values.as_ref().map_or(&[][..], |values| &values.0);
            let params: Vec<Param<'_>> = values.iter().map(Param).collect();
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as _).collect();
            match transaction {
                Some(transaction) => transaction.execute(&statement.sql, &params).await,
                None => self.db.execute(&statement.sql, &params).await,
            }
        };
        let rows_affected = done.map_err(|error| DbErr::Exec(internal(&error)))?;
        Ok(ProxyExecResult { last_insert_id: 0, rows_affected })
    }

    async fn begin(&self) {
        let mut session = self.session().await;
        let done = session.begin(&self.db).await;
        session.note(done);
    }

    async fn commit(&self) {
        let mut session = self.session().await;
        let done = session.commit().await;
        session.note(done);
    }

    async fn rollback(&self) {
        self.session().await.roll_back().await;
    }

    fn start_rollback(&self) {
        self.dropped.fetch_add(1, Ordering::AcqRel);
    }

    async fn ping(&self) -> Result<(), DbErr> {
        let mut session = self.session().await;
        session.check()?;
        let done = match &session.transaction {
            Some(transaction) => transaction.execute("SELECT", &[]).await,
            None => self.db.execute("SELECT", &[]).await,
        };
        done.map(drop).map_err(|error| DbErr::Conn(internal(&error)))
    }
}
