//! The random things that a session does.

use std::time::Duration;

use bytes::Bytes;
use futures_util::SinkExt;
use tokio_postgres::types::Type;

use crate::session::{ENDLESS, Failure, Session, cancelled, is_refused};
use crate::settings;

impl Session {
    /// Does one thing, and now and then compares everything.
    pub async fn step(&mut self) -> Result<(), Failure> {
        if self.model.has_failed() {
            return self.after_an_error().await;
        }
        match self.random.below(100) {
            0..22 => self.set().await,
            22..27 => self.reset().await,
            27..39 => self.transaction().await,
            39..47 => self.write().await,
            47..55 => self.scratch().await,
            55..61 => self.prepare().await,
            61..67 => self.prepare_by_protocol().await,
            67..72 => self.take_number().await,
            72..80 => self.error().await,
            80..83 => self.copy().await,
            83..86 => self.cancel().await,
            86..88 => self.discard().await,
            88..92 => self.leave().await,
            92..93 => self.vanish_while_it_runs().await,
            _ => self.check().await,
        }
    }

    async fn after_an_error(&mut self) -> Result<(), Failure> {
        match self.random.below(4) {
            0 => self.refused("SELECT 1", "25P02").await,
            1 if self.model.savepoints() > 0 => {
                self.run("ROLLBACK TO mark").await?;
                self.model.rollback_to_savepoint();
                self.check().await
            }
            2 => self.leave().await,
            _ => self.end("COMMIT").await,
        }
    }

    async fn set(&mut self) -> Result<(), Failure> {
        let name = *self.random.choose(&settings::NAMES);
        let value = settings::value(name, &mut self.random);
        let local = self.model.in_transaction() && self.random.one_in(3);
        let quoted = value.replace('\\', "\\\\").replace('\'', "''");
        self.run(&format!("SELECT set_config('{name}', E'{quoted}', {local})")).await?;
        if local {
            self.model.set_local(name, &value)
        } else {
            self.model.set(name, &value)
        }
        Ok(())
    }

    async fn reset(&mut self) -> Result<(), Failure> {
        let name = *self.random.choose(&settings::NAMES);
        self.run(&format!("RESET {name}")).await?;
        self.model.reset(name);
        Ok(())
    }

    async fn transaction(&mut self) -> Result<(), Failure> {
        if !self.model.in_transaction() {
            self.run("BEGIN").await?;
            self.model.begin();
            return Ok(());
        }
        match self.random.below(7) {
            0 | 1 => {
                self.run("SAVEPOINT mark").await?;
                self.model.savepoint();
                Ok(())
            }
            2 if self.model.savepoints() > 0 => {
                self.run("ROLLBACK TO mark").await?;
                self.model.rollback_to_savepoint();
                self.check().await
            }
            3 if self.model.savepoints() > 0 => {
                self.run("RELEASE mark").await?;
                self.model.release();
                Ok(())
            }
            4 => self.end("ROLLBACK").await,
            // Others wait meanwhile.
            5 => {
                self.note("(rests in its transaction)");
                tokio::time::sleep(Duration::from_millis(self.random.below(5) as u64)).await;
                Ok(())
            }
            _ => self.end("COMMIT").await,
        }
    }

    async fn end(&mut self, how: &str) -> Result<(), Failure> {
        self.run(how).await?;
        if how == "COMMIT" {
            self.model.commit()
        } else {
            self.model.rollback()
        }
        if self.random.one_in(2) { self.check().await } else { Ok(()) }
    }

    async fn write(&mut self) -> Result<(), Failure> {
        let sql = format!("INSERT INTO public.ledger VALUES ({})", self.seat);
        if !self.model.may_write() {
            return self.refused(&sql, "25006").await;
        }
        self.run(&sql).await?;
        self.model.add_to_ledger(1);
        Ok(())
    }

    /// A temporary table whose name all have, and whose column is the session's.
    async fn scratch(&mut self) -> Result<(), Failure> {
        let may_write = self.model.may_write();
        match self.model.scratch() {
            None if may_write => {
                let sql = format!("CREATE TEMP TABLE scratch (only_{} int8)", self.seat);
                self.run(&sql).await?;
                self.model.set_scratch(Some(0));
            }
            Some(_) if may_write && self.random.one_in(4) => {
                self.run("DROP TABLE pg_temp.scratch").await?;
                self.model.set_scratch(None);
            }
            // Temporary tables may be written by whoever may only read.
            Some(sum) => {
                let more = self.random.below(100) as i64;
                let sql = format!("INSERT INTO pg_temp.scratch (only_{}) VALUES ({more})", self.seat);
                self.run(&sql).await?;
                self.model.set_scratch(Some(sum + more));
            }
            None => {}
        }
        Ok(())
    }

    async fn prepare(&mut self) -> Result<(), Failure> {
        if self.model.prepared.take().is_some() {
            return self.run("DEALLOCATE common").await;
        }
        let answer = self.random.below(1_000_000) as i32;
        self.run(&format!("PREPARE common AS SELECT '{answer}'::text")).await?;
        self.model.prepared = Some(answer);
        Ok(())
    }

    /// The driver numbers its statements from zero in each connection, so that all have the same names.
    async fn prepare_by_protocol(&mut self) -> Result<(), Failure> {
        let own = self.seat as i32 * 1000;
        if self.statement.is_none() {
            let sql = format!("SELECT $1 + {own}");
            self.note(format!("(prepares {sql})"));
            let prepared = self.client.prepare_typed(&sql, &[Type::INT4]).await;
            self.statement = Some(prepared.map_err(|error| format!("{sql}: {error:?}"))?);
        }
        let number = self.random.below(1000) as i32;
        self.note(format!("(executes its statement with {number})"));
        let Some(statement) = &self.statement else { return Ok(()) };
        let row = self.client.query_one(statement, &[&number]).await;
        match row.and_then(|row| row.try_get::<_, i32>(0)) {
            Ok(sum) if sum == own + number => Ok(()),
            other => Err(format!("{own} + {number}: {other:?}")),
        }
    }

    async fn take_number(&mut self) -> Result<(), Failure> {
        if !self.model.may_write() {
            return self.refused("SELECT nextval('public.numbers')", "25006").await;
        }
        let number = self.text("SELECT nextval('public.numbers')::text").await?;
        self.model.number = Some(number.parse().map_err(|_| format!("{number} is no number"))?);
        Ok(())
    }

    async fn error(&mut self) -> Result<(), Failure> {
        let (sql, code) = *self.random.choose(&[
            ("SELECT 1 / 0", "22012"),
            ("SELECT * FROM missing", "42P01"),
            ("SELEC 1", "42601"),
            ("SET no_such_setting = 1", "42704"),
            ("SELECT 1; SELECT 1 / 0; SELECT 2", "22012"),
            ("DO $$ BEGIN RAISE EXCEPTION 'own' USING ERRCODE = 'ZZ001'; END $$", "ZZ001"),
        ]);
        self.refused(sql, code).await?;
        if self.model.has_failed() { Ok(()) } else { self.check().await }
    }

    async fn copy(&mut self) -> Result<(), Failure> {
        if !self.model.may_write() {
            return Ok(());
        }
        let sql = "COPY public.ledger FROM STDIN";
        self.note(sql);
        let rows = self.random.below(2000) as i64;
        let line = format!("{}\n", self.seat);
        let failed = |error: tokio_postgres::Error| format!("{sql}: {error:?}");
        let sink = self.client.copy_in::<_, Bytes>(sql).await.map_err(failed)?;
        let mut sink = Box::pin(sink);
        for _ in 0..rows / 100 {
            sink.send(Bytes::from(line.repeat(100))).await.map_err(failed)?;
        }
        match self.random.below(4) {
            0 => {
                self.note("(vanishes in the middle of a COPY)");
                self.connection.abort();
                drop(sink);
                self.reconnect().await
            }
            1 => {
                self.note("(gives a COPY up)");
                drop(sink);
                self.model.fail();
                Ok(())
            }
            _ => {
                let copied = sink.as_mut().finish().await.map_err(failed)?;
                self.model.add_to_ledger(copied as i64);
                Ok(())
            }
        }
    }

    async fn cancel(&mut self) -> Result<(), Failure> {
        self.note(format!("{ENDLESS} -- and cancels it"));
        let (token, pause) = (self.client.cancel_token(), self.random.below(15) as u64);
        let statement = self.client.batch_execute(ENDLESS);
        let ended = cancelled(token, Duration::from_millis(pause), statement).await;
        self.model.fail();
        is_refused(ENDLESS, "57014", ended)?;
        if self.model.has_failed() { Ok(()) } else { self.check().await }
    }

    async fn discard(&mut self) -> Result<(), Failure> {
        if self.model.in_transaction() {
            return self.refused("DISCARD ALL", "25001").await;
        }
        self.run("DISCARD ALL").await?;
        self.statement = None;
        self.model.discard();
        self.check().await
    }

    /// Says goodbye, or is gone without a word; in the middle of a transaction or not.
    async fn leave(&mut self) -> Result<(), Failure> {
        if self.random.one_in(2) {
            self.note("(breaks off)");
            self.connection.abort();
        }
        self.reconnect().await
    }

    async fn vanish_while_it_runs(&mut self) -> Result<(), Failure> {
        if !self.trace.may_vanish() {
            return Ok(());
        }
        self.note(format!("{ENDLESS} -- and vanishes"));
        let running =
            tokio::time::timeout(Duration::from_millis(20), self.client.batch_execute(ENDLESS)).await;
        if let Ok(ended) = running {
            return Err(format!("{ENDLESS}: it ended with {ended:?}"));
        }
        self.connection.abort();
        self.reconnect().await
    }
}
