//! The service on an embedded database: its router as one process has it, and the program as it is run.

mod service;

use axum::http::StatusCode;
use serde_json::{Value, json};

use self::service::{Program, Service};

fn names(answer: &Value) -> Vec<&str> {
    answer["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| row["name"].as_str().expect("a name"))
        .collect()
}

#[tokio::test]
async fn keeps_rows() {
    let service = Service::open().await;
    let new = json!({ "email": "ada@example.com", "name": "Ada", "age": 36, "tags": ["a"], "passwordHash": "secret" });
    let created = service.post("/users", &new).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    assert_eq!(created.body["name"], "Ada");
    assert_eq!(created.body.get("passwordHash"), None, "it is writeOnly");
    let location = created.location.expect("it is somewhere");
    assert_eq!(location, format!("/users/{}", created.body["id"].as_str().expect("an id")));

    assert_eq!(service.get(&location).await.body, created.body);
    let changed = service.patch(&location, &json!({ "age": null, "role": "admin" })).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    assert_eq!((&changed.body["age"], &changed.body["role"]), (&Value::Null, &json!("admin")));
    assert_eq!(changed.body["name"], "Ada", "what a patch leaves out stays");

    let refused = service.post("/users", &new).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.body["constraint"], "users_email_key");
    assert_eq!(service.delete(&location).await.status, StatusCode::NO_CONTENT);
    for gone in [
        service.get(&location).await,
        service.patch(&location, &json!({ "age": 1 })).await,
        service.delete(&location).await,
        service.get("/users/not-a-uuid").await,
        service.get("/nowhere").await,
    ] {
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "{gone:?}");
        assert!(gone.body["error"].is_string(), "{gone:?}");
    }
}

#[tokio::test]
async fn points_at_what_breaks_the_schema() {
    let service = Service::open().await;
    let wrong = json!({ "email": "no address", "name": "", "tags": ["a", "", "a"], "age": 200, "address": { "city": "" } });
    let refused = service.post("/users", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    let broken: Vec<(&str, &str)> = refused.body["violations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["pointer"].as_str().expect("one"), one["keyword"].as_str().expect("one")))
        .collect();
    for expected in [
        ("/email", "format"),
        ("/name", "minLength"),
        ("/age", "maximum"),
        ("/address/city", "minLength"),
        ("/tags", "uniqueItems"),
        ("/tags/1", "minLength"),
    ] {
        assert!(broken.contains(&expected), "{expected:?} in {broken:?}");
    }
    assert_eq!(broken.len(), 6);

    let typed = json!({ "email": "a@example.com", "name": "A", "tags": ["a", 3] });
    let refused = service.post("/users", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.body["violations"][0]["pointer"], "/tags/1");
    let missing = service.post("/users", &json!({ "email": "a@example.com" })).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.body["violations"][0]["message"].as_str().expect("one").contains("missing field"));
    let no_json = service.send("POST", "/users", "{").await;
    assert_eq!(no_json.status, StatusCode::BAD_REQUEST);

    let lonely = json!({ "title": "A", "body": "", "authorId": "00000000-0000-4000-8000-000000000000" });
    let refused = service.post("/posts", &lonely).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "its author is not there: {refused:?}");
    assert_eq!(service.get("/posts").await.body, json!({ "items": [], "next": null }));
}

#[tokio::test]
async fn filters_and_pages() {
    let service = Service::open().await;
    for (number, name) in ["Ada", "Bob", "Cleo", "Dan", "Abe"].into_iter().enumerate() {
        let email = format!("{name}@example.com");
        let new = json!({ "email": email, "name": name, "age": 20 + number, "tags": [] });
        assert_eq!(service.post("/users", &new).await.status, StatusCode::CREATED);
    }
    let (mut found, mut after) = (Vec::new(), String::new());
    for page in 1.. {
        let answer = service.list("/users", &[("sort", "-age"), ("limit", "2"), ("after", &after)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        found.extend(names(&answer.body).into_iter().map(str::to_owned));
        match answer.body["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => {
                assert_eq!(page, 3);
                break;
            }
        }
    }
    assert_eq!(found, ["Abe", "Dan", "Cleo", "Bob", "Ada"]);

    let filter = json!({ "$or": [{ "name": { "$ilike": "a%" } }, { "age": { "$gte": 23 } }] }).to_string();
    let answer = service.list("/users", &[("filter", &filter), ("sort", "name")]).await;
    assert_eq!(names(&answer.body), ["Abe", "Ada", "Dan"]);

    for (key, value, why) in [
        ("filter", r#"{"agee":1}"#, "/agee"),
        ("filter", r#"{"age":{"$gte":"old"}}"#, "/age/$gte"),
        ("filter", r#"{"passwordHash":"secret"}"#, "writeOnly"),
        ("filter", r#"{"nickname":"x"}"#, "cannot be filtered by here"),
        ("filter", "{", "is no JSON"),
        ("filter", r#"{"name":{"$where":"1 = 1"}}"#, "unknown"),
        ("sort", "passwordHash", "known are name, age, createdAt"),
        ("sort", "name; DROP TABLE users", "known are"),
        ("limit", "0", "from 1 to 100"),
        ("limit", "all", "limit"),
        ("after", "'; DROP TABLE users; --", "the cursor"),
        ("page", "2", "unknown field"),
    ] {
        let refused = service.list("/users", &[(key, value)]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{key}={value}: {refused:?}");
        let error = refused.body["error"].as_str().expect("one");
        assert!(error.contains(why), "{key}={value}: {error}");
    }
    assert_eq!(names(&service.get("/users").await.body).len(), 5);
}

#[tokio::test]
async fn feeds() {
    let service = Service::open().await;
    let ada = service.post("/users", &json!({ "email": "ada@example.com", "name": "Ada", "tags": [] })).await;
    let author = ada.body["id"].clone();
    for (title, published) in
        [("old", Some("2024-01-01T00:00:00Z")), ("draft", None), ("new", Some("2025-01-01T00:00:00Z"))]
    {
        let new = json!({ "title": title, "body": "…", "authorId": author, "publishedAt": published });
        assert_eq!(service.post("/posts", &new).await.status, StatusCode::CREATED);
    }
    let feed = service.list("/feed", &[("limit", "1")]).await;
    assert_eq!(feed.body["items"][0]["title"], "new", "{feed:?}");
    assert_eq!(
        (&feed.body["items"][0]["author"], &feed.body["items"][0]["tags"]),
        (&json!("Ada"), &json!([]))
    );
    let next = feed.body["next"].as_str().expect("there are more");
    let feed = service.list("/feed", &[("limit", "5"), ("after", next)]).await;
    assert_eq!(feed.body["items"].as_array().expect("a list").len(), 1);
    assert_eq!(feed.body["items"][0]["title"], "old");
}

#[test]
fn the_program_serves() {
    let program = Program::start();
    let body = r#"{"name":"rust"}"#;
    let (head, _) = program.ask("POST", "/tags", body);
    assert!(head.starts_with("HTTP/1.1 201") && head.to_lowercase().contains("location: /tags/1"), "{head}");
    let (head, body) = program.ask("GET", "/tags?filter=%7B%22name%22%3A%22rust%22%7D", "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let answer: Value = serde_json::from_str(&body).expect("it is JSON");
    assert_eq!(names(&answer), ["rust"]);
}
