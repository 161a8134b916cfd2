//! Relations: of several levels, through a table between, as conditions, and as a way to write.

use ominipg::Ominipg;

use crate::blog::{
    Comment, NewComment, NewPost, NewTag, NewUser, Post, PostPatch, Tag, User, comments, follows, post_tags,
    posts, tags, users,
};
use crate::place::Place;

fn person(name: &str) -> NewUser {
    NewUser::new(format!("{}@example.com", name.to_lowercase()), name, Vec::new())
}

fn names(users: &[User]) -> String {
    users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>().join(" ")
}

fn titles(posts: &[Post]) -> String {
    posts.iter().map(|post| post.title.as_str()).collect::<Vec<_>>().join(" ")
}

/// Ada wrote a, b and c, Bob d; Cleo nothing. a is about rust and sql, b about rust, d about sql; a has two comments, of Bob
/// and of a guest, d one, of Ada.
async fn blog(db: &Ominipg) -> (Vec<User>, Vec<Post>, Vec<Tag>) {
    let people = users::create_many(["Ada", "Bob", "Cleo"].map(person)).run(db).await.expect("created");
    let written =
        [("a", 0), ("b", 0), ("c", 0), ("d", 1)].map(|(title, by)| NewPost::new(title, "…", people[by].id));
    let written = posts::create_many(written).run(db).await.expect("created");
    let about = tags::create_many(["rust", "sql", "css"].map(NewTag::new)).run(db).await.expect("created");
    for (post, tags) in [(0, 0..2), (1, 0..1), (3, 1..2)] {
        let linked = posts::tags().link(&written[post], &about[tags.clone()]).run(db).await.expect("linked");
        assert_eq!(linked, tags.len() as u64);
    }
    let said = [
        NewComment::new(written[0].id, 1, "x").user_id(people[1].id),
        NewComment::new(written[0].id, 2, "y"),
        NewComment::new(written[3].id, 1, "z").user_id(people[0].id),
    ];
    comments::create_many(said).run(db).await.expect("created");
    (people, written, about)
}

pub(crate) async fn nests(_: &Place, db: Ominipg) {
    blog(&db).await;
    let posts = users::posts().order_by(posts::title().desc()).limit(2);
    let posts = posts
        .with((posts::comments().with(comments::user()).order_by(comments::number().asc()), posts::tags()));
    type Inner = (Post, Vec<(Comment, Option<User>)>, Vec<Tag>);
    let before = db.diagnostics().await.statements.total();
    let found: Vec<(User, Vec<Inner>)> =
        users::find().order_by(users::name().asc()).with(posts).all(&db).await.expect("found");
    let statements = db.diagnostics().await.statements.total() - before;
    assert_eq!(statements, 5, "one for each level and relation, however many rows");
    let shape: Vec<String> = found
        .iter()
        .map(|(user, posts)| {
            let posts = posts.iter().map(|(post, comments, tags)| {
                let said = comments.iter().map(|(comment, by)| {
                    format!("{}{}", comment.text, by.as_ref().map_or("", |by| by.name.as_str()))
                });
                format!("{}({})({})", post.title, said.collect::<Vec<_>>().join(","), tags.len())
            });
            format!("{}: {}", user.name, posts.collect::<Vec<_>>().join(" "))
        })
        .collect();
    assert_eq!(shape, ["Ada: c()(0) b()(1)", "Bob: d(zAda)(1)", "Cleo: "]);
    let up = comments::find().order_by((comments::post_id().asc(), comments::number().asc()));
    let up =
        up.with(comments::post().with(posts::author().with(users::posts()))).all(&db).await.expect("found");
    let up: Vec<(&str, &str, usize)> = up
        .iter()
        .map(|(comment, (post, (author, all)))| (&*comment.text, &*post.title, all.len() + author.name.len()))
        .collect();
    assert_eq!(up, [("x", "a", 6), ("y", "a", 6), ("z", "d", 4)]);
    let none = users::find()
        .filter(users::name().eq("Nobody"))
        .with(users::posts().with(posts::tags()))
        .all(&db)
        .await;
    assert!(none.expect("asked").is_empty());
}

pub(crate) async fn goes_through_tables(_: &Place, db: Ominipg) {
    let (people, written, about) = blog(&db).await;
    let order = tags::name().desc();
    let with =
        posts::find().order_by(posts::title().asc()).with(posts::tags().order_by(order)).all(&db).await;
    let with: Vec<(String, String)> = with
        .expect("found")
        .into_iter()
        .map(|(post, tags)| {
            (post.title, tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(" "))
        })
        .collect();
    let with: Vec<(&str, &str)> = with.iter().map(|(post, tags)| (&**post, &**tags)).collect();
    assert_eq!(with, [("a", "sql rust"), ("b", "rust"), ("c", ""), ("d", "sql")]);
    let one = tags::posts().order_by(posts::title().desc()).limit(1).filter(posts::title().ne("d"));
    let one = tags::find().order_by(tags::name().asc()).with(one).all(&db).await.expect("found");
    let one: Vec<(&str, String)> = one.iter().map(|(tag, posts)| (&*tag.name, titles(posts))).collect();
    assert_eq!(one, [("css", String::new()), ("rust", "b".to_owned()), ("sql", "a".to_owned())]);

    let again = posts::tags().link(&written[0], &about).run(&db).await.expect("linked");
    assert_eq!(again, 1, "two were there");
    assert_eq!(posts::tags().link(&written[0], &[]).run(&db).await.expect("nothing to do"), 0);
    let gone = posts::tags().unlink(&written[0], [&about[0], &about[2]]).run(&db).await.expect("unlinked");
    assert_eq!(gone, 2);
    assert_eq!(post_tags::find().count(&db).await.expect("counted"), 3);

    // A table's relation with itself has two directions.
    users::following().link(&people[0], &people[1..]).run(&db).await.expect("linked");
    users::following().link(&people[1], [&people[2]]).run(&db).await.expect("linked");
    let all = users::find().order_by(users::name().asc());
    let by_name = || users::name().asc();
    let all = all.with((users::following().order_by(by_name()), users::followers().order_by(by_name())));
    let all = all.all(&db).await.expect("found");
    let all: Vec<(String, String)> = all.iter().map(|(_, to, from)| (names(to), names(from))).collect();
    let all: Vec<(&str, &str)> = all.iter().map(|(to, from)| (&**to, &**from)).collect();
    assert_eq!(all, [("Bob Cleo", ""), ("Cleo", "Ada"), ("", "Ada Bob")]);
    assert_eq!(follows::find().count(&db).await.expect("counted"), 3);
}

pub(crate) async fn filters_across(_: &Place, db: Ominipg) {
    blog(&db).await;
    let people = async |filter| {
        names(&users::find().filter(filter).order_by(users::name().asc()).all(&db).await.expect("found"))
    };
    let posts_of = async |filter| {
        titles(&posts::find().filter(filter).order_by(posts::title().asc()).all(&db).await.expect("found"))
    };
    let titled = |title: &str| posts::title().eq(title);
    assert_eq!(people(users::posts().any(titled("a"))).await, "Ada");
    assert_eq!(people(users::posts().none(titled("a"))).await, "Bob Cleo");
    assert_eq!(people(users::posts().every(titled("d"))).await, "Bob Cleo");
    assert_eq!(people(users::posts().filter(posts::title().ne("d")).every(titled("x"))).await, "Bob Cleo");
    assert_eq!(people(users::posts().is_empty()).await, "Cleo");
    assert_eq!(people(!users::posts().is_empty() & users::name().ne("Bob")).await, "Ada");
    assert_eq!(people(users::posts().any(posts::rating().gt(1.0))).await, "", "NULL is not greater");
    assert_eq!(people(users::posts().every(posts::rating().gt(1.0))).await, "Cleo", "nor is it every");
    assert_eq!(posts_of(posts::author().is(users::name().eq("Ada"))).await, "a b c");
    assert_eq!(posts_of(posts::author().is_not(users::name().eq("Ada"))).await, "d");
    assert_eq!(posts_of(posts::tags().any(tags::name().eq("rust"))).await, "a b");
    assert_eq!(posts_of(posts::tags().every(tags::name().eq("sql"))).await, "c d");
    assert_eq!(posts_of(posts::comments().any(comments::user().is(users::name().eq("Bob")))).await, "a");
    let deep =
        users::posts().any(posts::tags().any(tags::posts().any(posts::author().is(users::name().eq("Bob")))));
    assert_eq!(people(deep).await, "Ada Bob", "the same tables at several depths");
    let either =
        users::posts().any(titled("d")) | users::posts().any(titled("b")) & users::name().starts_with("A");
    assert_eq!(people(either).await, "Ada Bob");

    let tagged = || posts::find().filter(posts::tags().any(tags::name().eq("sql")));
    assert_eq!(tagged().count(&db).await.expect("counted"), 2);
    assert_eq!(tagged().update(PostPatch::new().rating(4.0)).run(&db).await.expect("updated"), 2);
    let said = comments::find().filter(comments::post().is(posts::author().is(users::name().eq("Bob"))));
    assert_eq!(said.delete().run(&db).await.expect("deleted"), 1);
    let limited =
        users::find().with(users::posts().filter(posts::tags().any(tags::name().eq("rust"))).limit(1));
    let limited: usize = limited.all(&db).await.expect("found").iter().map(|(_, posts)| posts.len()).sum();
    assert_eq!(limited, 1);
}

pub(crate) async fn creates_through(_: &Place, db: Ominipg) {
    let (people, written, _) = blog(&db).await;
    let post = users::posts().create_for(&people[2], NewPost::new("e", "…", people[0].id)).run(&db).await;
    assert_eq!(post.expect("created").author_id, people[2].id);
    let comment = posts::comments().create_for(&written[1], NewComment::new(0, 1, "first")).run(&db).await;
    assert_eq!(comment.expect("created").post_id, written[1].id);
    let invalid = users::posts().create_for(&people[2], NewPost::new("", "…", people[0].id)).run(&db).await;
    assert_eq!(invalid.expect_err("the title is too short").violations().len(), 1);
}
