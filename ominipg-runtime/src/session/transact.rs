use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::backend::Backend;
use super::transaction::Transaction;
use super::transaction_options::TransactionOptions;
use crate::client::Limits;
use crate::error::Error;

/// How long the first pause before a further try is at most; each further one may take twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// How long any of them is at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Does some work in a transaction, once.
pub(crate) async fn transact<T, E: From<Error>>(
    backend: &Arc<Backend>,
    limits: &Limits,
    work: impl AsyncFnOnce(&mut Transaction) -> Result<T, E>,
) -> Result<T, E> {
    let mut transaction = Transaction::begin(backend, limits).await?;
    let done = work(&mut transaction).await;
    end(transaction, done).await.map_err(|(error, _)| error)
}

/// Does some work in a transaction, and again in another where PostgreSQL refused that for the sake of others.
pub(crate) async fn transact_with<T, E: From<Error>>(
    backend: &Arc<Backend>,
    limits: &Limits,
    options: TransactionOptions,
    work: impl AsyncFn(&mut Transaction) -> Result<T, E>,
) -> Result<T, E> {
    let mut tries = 0;
    loop {
        let mut transaction = Transaction::begin_with(backend, limits, options).await?;
        let done = work(&mut transaction).await;
        match end(transaction, done).await {
            Ok(value) => return Ok(value),
            Err((_, true)) if tries < options.retries => {}
            Err((error, _)) => return Err(error),
        }
        let pause = async {
            tokio::time::sleep(pause(tries)).await;
            Ok(())
        };
        limits.bound(None, pin!(pause)).await?;
        tries += 1;
    }
}

/// Commits what went well, and rolls back what did not; an error comes with whether all may go well a second time.
async fn end<T, E: From<Error>>(transaction: Transaction, done: Result<T, E>) -> Result<T, (E, bool)> {
    let refused = transaction.is_refused();
    match done {
        Ok(value) => match transaction.commit().await {
            Ok(()) => Ok(value),
            Err(error) => {
                let refused = refused || error.is_retryable();
                Err((error.into(), refused))
            }
        },
        Err(error) => {
            // Where it cannot be rolled back, its connection has ended, and it with that.
            let _ = transaction.rollback().await;
            Err((error, refused))
        }
    }
}

/// How long to wait before the next try: a random part of a time that doubles, so that those who met do not meet again.
fn pause(tries: u32) -> Duration {
    let most = FIRST_PAUSE.saturating_mul(1 << tries.min(16)).min(LONGEST_PAUSE);
    // The standard library's only source of chance.
    let chance = RandomState::new().build_hasher().finish() as u32;
    most.mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_differ_and_end() {
        for tries in [0, 1, 10, u32::MAX] {
            let most = if tries < 2 { FIRST_PAUSE * 2 } else { LONGEST_PAUSE };
            let pauses: Vec<Duration> = (0..20).map(|_| pause(tries)).collect();
            assert!(pauses.iter().all(|pause| *pause <= most), "{pauses:?}");
            assert!(pauses.iter().any(|pause| *pause != pauses[0]), "{pauses:?}");
        }
    }
}
