use std::collections::BTreeMap;

use super::super::clock::DRIFT_MS;
use super::super::{HybridTime, ReplicaId, RowKey, Stamp, TransactionDigest, transactions};
use super::model::Model;
use super::oracle::{expected, touched};
use super::server::{Server, Unit};
use super::tables::{APPEND, COLUMNS, HARD, PROBE, ROWS, row_key, value};

/// All that must hold in the end.
pub(super) fn final_checks(model: &mut Model) -> Result<(), String> {
    exactly_once(model)?;
    bounded(model)?;
    as_told(&model.server)?;
    any_order(model)?;
    losers(&model.server)
}

fn table(server: &Server, table: usize) -> BTreeMap<i64, Vec<Option<i64>>> {
    let rows = server.rows.iter().filter(|(key, _)| key.table == table);
    let values = rows.map(|(_, row)| (0..row.fields.len()).map(|at| value(row, at)).collect::<Vec<_>>());
    values.map(|values| (values[0].unwrap_or_default(), values)).collect()
}

/// No transaction is there by half, and none twice: the counter is the sum of what came with it.
pub(super) fn atomic(server: &Server) -> Result<(), String> {
    let appended = table(server, APPEND);
    let delta = |row: &Vec<Option<i64>>| row[1].unwrap_or(0);
    let sum = 100 + appended.values().map(delta).sum::<i64>();
    let greatest = appended.iter().filter(|(_, row)| delta(row) > 0).map(|(id, _)| *id).max().unwrap_or(0);
    let probe = server.rows.get(&row_key(PROBE, 0)).ok_or("the counter is gone")?;
    let (counter, maximum) = (value(probe, 1), value(probe, 2));
    if counter != Some(sum) {
        return Err(format!("counter: it is {counter:?}, what was added comes to {sum}"));
    }
    if maximum != Some(greatest) {
        return Err(format!("maximum: it is {maximum:?}, the greatest was {greatest}"));
    }
    Ok(())
}

/// Every transaction of every folder has arrived, and has arrived once.
fn exactly_once(model: &Model) -> Result<(), String> {
    let mut arrived: BTreeMap<u64, usize> = BTreeMap::new();
    for (_, batch) in &model.server.pushed {
        for digest in &batch.trail {
            *arrived.entry(*digest).or_default() += 1;
        }
    }
    if let Some((transaction, times)) = arrived.iter().find(|(_, times)| **times != 1) {
        return Err(format!("doubled: the transaction {transaction:x?} is there {times} times"));
    }
    let appended = table(&model.server, APPEND);
    let parked: Vec<_> = model.server.parked.iter().flat_map(|parked| parked.iter()).collect();
    for replica in &model.replicas {
        for of in transactions(&replica.log) {
            let changes = &replica.log[of];
            let digest = TransactionDigest::of(changes).short();
            if !arrived.contains_key(&digest) {
                return Err(format!("lost: transaction {} at {}", changes[0].tx, changes[0].seq));
            }
            for change in changes.iter().filter(|change| change.layout.table == APPEND) {
                let change = change.parse().map_err(|why| why.to_string())?;
                let id = change.new.as_ref().and_then(|new| value(new, 0)).ok_or("no id")?;
                let is_parked = || parked.iter().any(|parked| parked.change.new_key == change.new_key);
                if !appended.contains_key(&id) && !is_parked() {
                    return Err(format!("lost: what was appended as {id}"));
                }
            }
        }
    }
    Ok(())
}

/// No stamp is from a future that will win for long.
fn bounded(model: &Model) -> Result<(), String> {
    let last = HybridTime::from_ms(model.now + DRIFT_MS + 1000);
    match model.server.shadows.iter().find(|(_, shadow)| shadow.latest().time() > last) {
        Some((key, shadow)) => Err(format!("future: {key:?} was written at {:?}", shadow.latest().time())),
        None => Ok(()),
    }
}

/// The rows are what the stamps say.
fn as_told(server: &Server) -> Result<(), String> {
    for of in [ROWS, COLUMNS, HARD] {
        let (found, expected) = (table(server, of), expected(server.log.iter().map(|unit| &**unit), of));
        if found != expected {
            return Err(format!("oracle: table {of} is\n{found:?}\nand not\n{expected:?}"));
        }
    }
    Ok(())
}

/// Any order of the same edits gives the same rows and stamps.
fn any_order(model: &mut Model) -> Result<(), String> {
    let mut edits: Vec<_> = model.server.log.iter().flat_map(|unit| &unit.edits).collect();
    model.random.shuffle(&mut edits);
    let mut other = Server::new();
    for edit in edits {
        other.merge(edit);
    }
    for of in [ROWS, COLUMNS, PROBE, APPEND, HARD] {
        let (found, expected) = (table(&other, of), table(&model.server, of));
        if found != expected {
            return Err(format!("order: table {of} is\n{found:?}\nand not\n{expected:?}"));
        }
    }
    for (key, shadow) in &model.server.shadows {
        if key.table != PROBE && other.shadows.get(key) != Some(shadow) {
            return Err(format!("order: {key:?} has {:?} and not {shadow:?}", other.shadows.get(key)));
        }
    }
    Ok(())
}

/// Whoever's last value is not there finds it in the journal.
fn losers(server: &Server) -> Result<(), String> {
    type Last = (Stamp, Option<i64>);
    let mut values: BTreeMap<(&RowKey, usize, ReplicaId), Last> = BTreeMap::new();
    let mut rows: BTreeMap<(&RowKey, ReplicaId), (Stamp, bool)> = BTreeMap::new();
    let all: Vec<_> = server.log.iter().flat_map(|unit: &std::rc::Rc<Unit>| touched(unit)).collect();
    for touched in all.iter().filter(|touched| [ROWS, COLUMNS].contains(&touched.key.table)) {
        let Some(replica) = touched.stamp.replica() else { continue };
        let row = rows.entry((touched.key, replica)).or_default();
        *row = (*row).max((touched.stamp, touched.row.is_some()));
        for (&column, &stamp) in &touched.columns {
            let last = values.entry((touched.key, column, replica)).or_default();
            *last = (*last).max((stamp, touched.values[&column]));
        }
    }
    for ((key, column, replica), (_, last)) in values {
        let Some(last) = last.filter(|_| column > 0 && rows[&(key, replica)].1) else { continue };
        let has =
            |image: Option<&super::super::Image>| image.and_then(|image| value(image, column)) == Some(last);
        let told = |conflict: &super::super::Conflict| {
            conflict.key == *key && (has(conflict.local.as_ref()) || has(conflict.remote.as_ref()))
        };
        // Who has seen a value and then changed it has taken it from nobody.
        let seen = || {
            all.iter().any(|touched| {
                touched.key == key && touched.stamp.replica() != Some(replica) && has(touched.base)
            })
        };
        if !has(server.rows.get(key)) && !server.journal.iter().any(|conflict| told(conflict)) && !seen() {
            return Err(format!("journal: {last} of {replica:?} in column {column} of {key:?} is nowhere"));
        }
    }
    Ok(())
}
