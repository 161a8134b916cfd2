//! Rows that other programs wrote are checked as they are read, where that is asked for.

use ominipg::{Error, ErrorKind, Ominipg};

use crate::blog::{NewPost, User, UserPatch, posts, users};
use crate::place::Place;
use crate::suite::ada;

/// What a search, a stream, a relation, an update and so on say of the one user.
async fn readings(db: &Ominipg, user: &User) -> Vec<Result<(), Error>> {
    let streamed = {
        let mut stream = users::find().stream(db).await.expect("it begins");
        stream.next().await.expect("there is a row").map(drop)
    };
    let inside = {
        let tx = db.transaction().await.expect("begun");
        users::find().all(&tx).await.map(drop)
    };
    vec![
        streamed,
        inside,
        users::find().all(db).await.map(drop),
        users::by_key(user.id).one(db).await.map(drop),
        posts::find().with(posts::author()).all(db).await.map(drop),
        users::by_key(user.id).update(UserPatch::new().age(37)).run(db).await.map(drop),
    ]
}

pub(crate) async fn reads_only_what_keeps_the_rules(place: &Place, db: Ominipg) {
    let user = ada(&db).await;
    posts::create(NewPost::new("First", "…", user.id)).run(&db).await.expect("created");
    let checked = db.with_validated_rows(true);
    assert!(readings(&checked, &user).await.iter().all(Result::is_ok), "nothing is wrong yet");

    let address = r#"UPDATE users SET email = 'nowhere', address = '{ "city": "", "zip": "x" }'"#;
    db.batch_execute(address).await.expect("no constraint of the database looks at this");
    assert!(readings(&db, &user).await.iter().all(Result::is_ok), "nobody asked");
    for read in readings(&checked, &user).await {
        let error = read.expect_err("it is asked for");
        assert_eq!(error.kind(), ErrorKind::Decode);
        let place = format!("the row of `users` whose `id` is {} breaks its schema", user.id);
        assert!(error.to_string().starts_with(&place), "{error}");
        let mut broken: Vec<(&str, &str)> =
            error.violations().iter().map(|found| (found.pointer.as_str(), found.keyword)).collect();
        broken.sort_unstable();
        let wanted = [("/address/city", "minLength"), ("/address/zip", "pattern"), ("/email", "format")];
        assert_eq!(broken, wanted);
    }
    if !place.is_embedded() && !place.is_left_out() {
        let again = place.open_with(|options| options.validate_rows(true)).await;
        let error = users::find().all(&again).await.expect_err("the option asks for it");
        assert_eq!(error.violations().len(), 3);
        assert!(users::find().all(&again.with_validated_rows(false)).await.is_ok());
    }
}
