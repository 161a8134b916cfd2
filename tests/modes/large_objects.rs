//! Large objects, and the limits of large values.

use ominipg::Ominipg;

use crate::limits::goes_on;
use crate::place::Place;

/// PostgreSQL's names for how an object is opened.
const WRITE_AND_READ: i32 = 0x0002_0000 | 0x0004_0000;

const MIB: usize = 1024 * 1024;

fn data(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n * 31 % 251) as u8).collect()
}

pub(crate) async fn reads_and_writes(_: &Place, db: Ominipg) {
    let data = data(6 * MIB);
    let oid: u32 = db.query_one("SELECT lo_from_bytea(0, $1)", &[&data]).await.expect("made").get(0);
    let whole: Vec<u8> = db.query_one("SELECT lo_get($1)", &[&oid]).await.expect("read").get(0);
    assert!(whole == data);
    let part = db.query_one("SELECT lo_get($1, $2, 1000)", &[&oid, &(5 * MIB as i64)]).await.expect("read");
    assert_eq!(part.get::<_, &[u8]>(0), &data[5 * MIB..5 * MIB + 1000]);

    // Piece by piece, as what is larger than memory: a descriptor lives in a transaction.
    let tx = db.transaction().await.expect("begun");
    let copy: u32 = tx.query_one("SELECT lo_create(0)", &[]).await.expect("made").get(0);
    let open = "SELECT lo_open($1, $2)";
    let from: i32 = tx.query_one(open, &[&oid, &WRITE_AND_READ]).await.expect("opened").get(0);
    let to: i32 = tx.query_one(open, &[&copy, &WRITE_AND_READ]).await.expect("opened").get(0);
    loop {
        let piece = tx.query_one("SELECT loread($1, $2)", &[&from, &(MIB as i32)]).await.expect("read");
        let piece: &[u8] = piece.get(0);
        if piece.is_empty() {
            break;
        }
        let written = tx.query_one("SELECT lowrite($1, $2)", &[&to, &piece]).await.expect("written");
        assert_eq!(written.get::<_, i32>(0) as usize, piece.len());
    }
    tx.commit().await.expect("committed");
    let same: bool =
        db.query_one("SELECT lo_get($1) = lo_get($2)", &[&oid, &copy]).await.expect("compared").get(0);
    assert!(same);

    let tx = db.transaction().await.expect("begun");
    tx.execute("SELECT lo_unlink($1)", &[&copy]).await.expect("removed");
    tx.rollback().await.expect("rolled back");
    db.query("SELECT lo_unlink($1)", &[&copy]).await.expect("it is there still");
    let gone = db.query("SELECT lo_get($1)", &[&copy]).await.expect_err("it is gone");
    assert_eq!(gone.code().map(|code| code.code()), Some("42704"), "{gone}");
}

pub(crate) async fn tells_its_limits(_: &Place, db: Ominipg) {
    let tx = db.transaction().await.expect("begun");
    let oid: u32 = tx.query_one("SELECT lo_create(0)", &[]).await.expect("made").get(0);
    let open: i32 =
        tx.query_one("SELECT lo_open($1, $2)", &[&oid, &WRITE_AND_READ]).await.expect("opened").get(0);
    // What was never written takes no room.
    let far = 3_i64 << 30;
    tx.query("SELECT lo_lseek64($1, $2, 0)", &[&open, &far]).await.expect("moved");
    tx.query("SELECT lowrite($1, $2)", &[&open, &&b"end"[..]]).await.expect("written");
    tx.commit().await.expect("committed");
    let end = db.query_one("SELECT lo_get($1, $2, 3)", &[&oid, &far]).await.expect("read");
    assert_eq!(end.get::<_, &[u8]>(0), b"end");
    let whole = db.query("SELECT lo_get($1)", &[&oid]).await.expect_err("no value is that large");
    assert!(whole.to_string().contains("too large"), "{whole}");
    let value = db.query("SELECT repeat('x', 1100000000)", &[]).await.expect_err("no value is that large");
    assert_eq!(value.code().map(|code| code.code()), Some("54000"), "{value}");
    goes_on(&db).await;
}
