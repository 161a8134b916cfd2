//! Names that mean something elsewhere, in use.
#![allow(deprecated, reason = "some of the names are")]

use ominipg::codegen_support::serde_json::{from_value, json, to_value};

use crate::golden::names::{
    self, Clone as Row, ClonePatch, NewClone, SCHEMA, mod_, self_, some_words, tables, r#type,
};
use crate::golden::{blog, bundle, json as shapes, keys, own};

#[test]
fn taken_names_have_a_line_behind_them() {
    let _ = (some_words::find(), some_words::find_(), some_words::by_key_(), some_words::create_());
    let _ = (
        some_words::upsert_on_find_(),
        some_words::delete_all_(),
        some_words::r#type(),
        some_words::self_(),
        some_words::r#gen(),
    );
    let _ = (r#type::find(), self_::find(), mod_::find(), tables::find());
    let new = NewClone::new(1, "new", "value")
        .by_key(2)
        .r#type("t")
        .self_("s")
        .first_name("f")
        .dollar("d")
        .default("x");
    assert_eq!((new.new.as_str(), new.value.as_str()), ("new", "value"));
    let json = to_value(&new).expect("it is JSON");
    assert_eq!(json["first-name"], "f");
    assert_eq!(json["$"], "d");
    assert_eq!(json.get("delete_all"), None, "what is left to the database is not written");
    assert_eq!(
        to_value(ClonePatch::new().new_("n").r#type(None)).expect("it is JSON"),
        json!({ "new": "n", "type": null })
    );
}

#[test]
fn rows_keep_the_names_of_their_properties() {
    let row = json!({
        "find": 1, "by_key": null, "upsert_on_find": null, "create": null, "new": "n", "delete_all": "x", "type": "t", "self": "s", "crate": null,
        "gen": null, "first-name": "f", "1st": null, "a/b~c": null, "out": null, "row": null, "key": null, "v": null,
        "value": "v", "rt": null, "rules": null, "TABLE": null, "clone": null, "default": null, "Übung": "ü", "$": null,
        "the \"quoted\" 'name'": null, "error": { "kind": "a", "self": "s" }
    });
    let read: Row = from_value(row.clone()).expect("the row is right");
    assert_eq!(read.übung.as_deref(), Some("ü"));
    assert_eq!(to_value(&read).expect("it is JSON"), row);
}

#[test]
fn enums_keep_their_values() {
    let values = ["self", "Self", "super", "a-b", "a_b", "", "1", "+", "type"];
    assert_eq!(names::SuperSuper::VALUES, values);
    for value in values {
        let read: names::SuperSuper = from_value(json!(value)).expect("it is a value");
        assert_eq!((read.as_str(), to_value(read).expect("it is JSON")), (value, json!(value)));
    }
}

#[test]
fn three_states_come_through_json() {
    let patch: blog::UserPatch =
        from_value(json!({ "age": null, "role": "read-only" })).expect("it is a patch");
    assert_eq!(patch, blog::UserPatch::new().age(None).role(blog::UserRole::ReadOnly));
    assert!(patch.email.is_unset());
}

#[test]
fn what_is_write_only_is_not_written_out() {
    let user = json!({
        "id": "8c4a1f8e-3b64-4b0f-9d5e-0a7c5f0d1e2b", "email": "ada@example.com", "name": "Ada", "age": 36, "role": "admin",
        "nickname": null, "passwordHash": "secret", "address": { "city": "London", "country": "US" }, "tags": ["a"],
        "createdAt": "2024-02-29T12:00:00Z", "updatedAt": "2024-02-29T12:00:00Z"
    });
    let read: blog::User = from_value(user.clone()).expect("the user is right");
    assert_eq!(read.password_hash.as_deref(), Some("secret"));
    let mut wanted = user;
    wanted.as_object_mut().expect("it is an object").remove("passwordHash");
    assert_eq!(to_value(&read).expect("it is JSON"), wanted);
}

#[test]
fn what_is_write_only_is_not_shown() {
    let patch = blog::UserPatch::new().name("Ada").password_hash("secret").nickname(None);
    assert_eq!(
        format!("{patch:?}"),
        r#"UserPatch { name: "Ada", nickname: None, passwordHash: <hidden>, .. }"#
    );
    let shown =
        format!("{:?}", blog::NewUser::new("ada@example.com", "Ada", Vec::new()).password_hash("secret"));
    assert!(shown.starts_with(r#"NewUser { email: "ada@example.com", name: "Ada", "#), "{shown}");
    assert!(shown.contains("passwordHash: <hidden>") && !shown.contains("secret"), "{shown}");
    // So it is where serde's traits are derived.
    let shown = format!("{:?}", own::NewMember::new("ada@example.com").pin("secret"));
    assert!(shown.contains("pin: <hidden>") && !shown.contains("secret"), "{shown}");
}

#[test]
fn json_types_take_what_their_schemas_allow() {
    let tree = json!({ "label": "root", "children": [{ "label": "leaf", "children": [] }] });
    let read: shapes::shapes::ShapeTreeNode = from_value(tree).expect("the tree is right");
    assert_eq!(read.children[0].label, "leaf");
    let twins = json!({ "a-b": 1, "a_b": 2, "extra": "own", "more": true });
    let read: shapes::shapes::ShapeTwins = from_value(twins.clone()).expect("the twins are right");
    assert_eq!((read.a_b, read.a_b_2, read.extra.as_deref()), (Some(1), Some(2), Some("own")));
    assert_eq!(
        to_value(&read).expect("it is JSON"),
        twins,
        "other members are kept where the schema counts them"
    );
    let status: shapes::shapes::ShapeStatus =
        from_value(json!({ "state": "on" })).expect("the status is right");
    assert_eq!((status.retries, status.state), (3, shapes::shapes::ShapeStatusState::On));
}

#[test]
fn descriptions_name_each_other() {
    let names: Vec<&str> = SCHEMA.tables.iter().map(|table| table.name).collect();
    assert!(names.is_sorted() && names.contains(&"some words"));
    let of = |table: &'static ominipg::TableDef| -> Vec<(&str, &str)> {
        table.relations.iter().map(|relation| (relation.name, relation.target.name)).collect()
    };
    assert_eq!(
        of(&blog::users::TABLE),
        [("comments", "comments"), ("followers", "users"), ("following", "users"), ("posts", "posts")]
    );
    assert_eq!(of(&bundle::posts::TABLE), [("author", "users")]);
    assert_eq!(
        of(&keys::transfers::TABLE),
        [
            ("account", "accounts"),
            ("previous", "transfers"),
            ("siblings", "transfers"),
            ("source", "accounts")
        ]
    );
    assert_eq!(blog::posts::TABLE.updated_at, Some(8));
}
