//! Rows, inserts and updates as JSON, whatever the order of its keys.

use ominipg::codegen_support::serde::Deserialize as _;
use ominipg::codegen_support::serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use ominipg::codegen_support::serde_json::{from_str, from_value, json, to_string};

use crate::golden::blog::{Comment, CommentPatch, NewComment, UserRole};

const TEXT: &str = r#"{"postId":1,"number":2,"userId":null,"text":"t"}"#;

#[test]
fn keys_may_come_in_any_order() {
    let comment: Comment = from_str(TEXT).expect("it is a comment");
    assert_eq!(
        to_string(&comment).expect("it is JSON"),
        TEXT,
        "properties are written in the order of the schema"
    );
    let turned: Comment =
        from_str(r#"{"text":"t","other":[1],"userId":null,"number":2,"postId":1}"#).expect("it is one");
    assert_eq!(turned, comment);
    let without: Comment = from_str(r#"{"postId":1,"number":2,"text":"t"}"#).expect("NULL may be left out");
    assert_eq!(without, comment);
}

#[test]
fn what_is_missing_twice_or_unknown_is_named() {
    let wrong = |text: &str| from_str::<NewComment>(text).expect_err(text).to_string();
    assert!(wrong(r#"{"postId":1,"number":2}"#).starts_with("missing field `text`"));
    assert!(
        wrong(r#"{"postId":1,"postId":1,"number":2,"text":"t"}"#).starts_with("duplicate field `postId`")
    );
    assert!(
        wrong(r#"{"number":2,"number":2,"postId":1,"text":"t"}"#).starts_with("duplicate field `number`")
    );
    assert!(
        wrong(r#"{"postId":1,"number":2,"text":"t","userId":null,"text":"t"}"#)
            .starts_with("duplicate field `text`")
    );
    assert!(
        wrong(r#"{"postId":1,"number":2,"text":"t","tekst":"t"}"#)
            .starts_with("unknown field `tekst`, expected one of `postId`, `number`, `userId`, `text`")
    );
    assert!(
        wrong(r#"{"postId":"1","number":2,"text":"t"}"#).contains("invalid type: string \"1\", expected i64")
    );
    assert!(
        wrong("[]").contains("missing field `postId`") && wrong("1").contains("expected struct NewComment")
    );
    let role = from_value::<UserRole>(json!("king")).expect_err("there is no such role");
    assert_eq!(role.to_string(), "unknown variant `king`, expected one of `admin`, `member`, `read-only`");
}

#[test]
fn what_is_left_alone_is_not_there() {
    let patch: CommentPatch = from_str(r#"{"text":"t","userId":null}"#).expect("it is a patch");
    assert_eq!(patch, CommentPatch::new().text("t").user_id(None));
    assert_eq!(to_string(&patch).expect("it is JSON"), r#"{"userId":null,"text":"t"}"#);
}

#[test]
fn formats_without_names_have_the_fields_in_order() {
    let fields = SeqDeserializer::<_, Error>::new([7_i32, 8].into_iter());
    let error = Comment::deserialize(fields).expect_err("the text is not there");
    assert_eq!(error.to_string(), "missing field `text`");
    let fields = MapDeserializer::<_, Error>::new([("number", 8)].into_iter());
    let patch = CommentPatch::deserialize(fields).expect("it is a patch");
    assert_eq!(patch, CommentPatch::new().number(8));
}
