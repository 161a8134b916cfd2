//! Related rows.

use ominipg_runtime::Ominipg;
use ominipg_test_support::takes_connections;

use crate::blog::seats::{self, NewSeat, Seat};
use crate::blog::{NewPost, NewUser, Post, User, posts, users};
use crate::connect::blog_database;

async fn blog() -> (Ominipg, Vec<User>) {
    let db = blog_database().await;
    let people = ["ada", "bob", "cyd"].map(|name| NewUser::new(format!("{name}@example.com"), name));
    let people = users::create_many(people).run(&db).await.unwrap();
    let rows = [
        NewPost::new(people[0].id, "a1").editor_id(people[1].id),
        NewPost::new(people[0].id, "a2"),
        NewPost::new(people[1].id, "b1").editor_id(people[1].id),
        NewPost::new(people[0].id, "a3"),
    ];
    posts::create_many(rows).execute(&db).await.unwrap();
    (db, people)
}

fn titles(posts: &[Post]) -> Vec<&str> {
    posts.iter().map(|post| post.title.as_str()).collect()
}

#[tokio::test]
async fn has_many() {
    let (db, _) = blog().await;
    let by_name = || users::find().order_by(users::name().asc());
    let feed: Vec<(User, Vec<Post>)> =
        by_name().with(users::posts().order_by(posts::title().desc()).limit(2)).all(&db).await.unwrap();
    let found: Vec<_> = feed.iter().map(|(user, posts)| (user.name.as_str(), titles(posts))).collect();
    assert_eq!(found, [("ada", vec!["a3", "a2"]), ("bob", vec!["b1"]), ("cyd", vec![])]);

    let early = users::posts().filter(posts::title().ends_with("1")).order_by(posts::id().asc());
    let (ada, firsts) = by_name().with(early).first(&db).await.unwrap().unwrap();
    assert_eq!((ada.name.as_str(), titles(&firsts)), ("ada", vec!["a1"]));

    let several: (User, Vec<Post>, Vec<Post>) = by_name()
        .filter(users::name().eq("bob"))
        .with((users::posts(), users::edited().order_by(posts::title().asc())))
        .one(&db)
        .await
        .unwrap();
    assert_eq!((titles(&several.1), titles(&several.2)), (vec!["b1"], vec!["a1", "b1"]));
    assert!(
        users::find().filter(users::name().eq("eve")).with(users::posts()).all(&db).await.unwrap().is_empty()
    );
}

#[tokio::test]
async fn belongs_to() {
    let (db, people) = blog().await;
    let rows: Vec<(Post, User, Option<User>)> = posts::find()
        .order_by(posts::title().asc())
        .with((posts::author(), posts::editor()))
        .all(&db)
        .await
        .unwrap();
    let found: Vec<_> = rows
        .iter()
        .map(|(post, author, editor)| {
            (post.title.as_str(), author.name.as_str(), editor.as_ref().map(|editor| editor.name.as_str()))
        })
        .collect();
    let expected =
        [("a1", "ada", Some("bob")), ("a2", "ada", None), ("a3", "ada", None), ("b1", "bob", Some("bob"))];
    assert_eq!(found, expected);

    // Nothing keeps an editor's row there, so one that is missing is none.
    posts::create(NewPost::new(people[0].id, "z").editor_id(uuid())).run(&db).await.unwrap();
    let last = posts::find().order_by(posts::title().desc()).with(posts::editor()).first(&db).await.unwrap();
    assert_eq!(last.unwrap().1, None);
}

#[tokio::test]
async fn within_a_transaction() {
    if !takes_connections(2) {
        return;
    }
    let (db, people) = blog().await;
    let tx = db.transaction().await.unwrap();
    posts::create(NewPost::new(people[2].id, "c1")).run(&tx).await.unwrap();
    let (_, inside) =
        users::find().filter(users::name().eq("cyd")).with(users::posts()).one(&tx).await.unwrap();
    let (_, outside) =
        users::find().filter(users::name().eq("cyd")).with(users::posts()).one(&db).await.unwrap();
    assert_eq!((inside.len(), outside.len()), (1, 0));
}

#[tokio::test]
async fn keys_of_several_columns() {
    let db = blog_database().await;
    let rows = [
        NewSeat::new(1, "A").next(1, "B"),
        NewSeat::new(1, "B").next(2, "A"),
        NewSeat::new(2, "A").next(9, "Z"),
        NewSeat::new(2, "B").next(2, "A"),
    ];
    seats::create_many(rows).execute(&db).await.unwrap();
    let name = |seat: &Seat| format!("{}{}", seat.row, seat.letter);
    let sorted = || seats::find().order_by((seats::row().asc(), seats::letter().asc()));
    let chain: Vec<(Seat, Option<Seat>)> = sorted().with(seats::next()).all(&db).await.unwrap();
    let found: Vec<_> = chain.iter().map(|(seat, next)| (name(seat), next.as_ref().map(name))).collect();
    let expected = [("1A", Some("1B")), ("1B", Some("2A")), ("2A", None), ("2B", Some("2A"))];
    let expected = expected.map(|(seat, next)| (seat.to_owned(), next.map(str::to_owned)));
    assert_eq!(found, expected);

    let before = seats::before().order_by(seats::letter().asc()).limit(1);
    let found = sorted().filter(seats::row().eq(2)).with(before).all(&db).await.unwrap();
    let found: Vec<Vec<String>> = found.iter().map(|(_, before)| before.iter().map(name).collect()).collect();
    assert_eq!(found.len(), 2);
    assert!(found[0].len() == 1 && found[1].is_empty(), "{found:?}");

    let key = crate::blog::SeatKey { row: 2, letter: "B".to_owned() };
    assert_eq!(name(&seats::by_key(key.clone()).one(&db).await.unwrap()), "2B");
    assert!(seats::by_key(key).delete().run(&db).await.unwrap());
}

fn uuid() -> ominipg_runtime::codegen_support::Uuid {
    ominipg_runtime::codegen_support::Uuid::new_v4()
}
