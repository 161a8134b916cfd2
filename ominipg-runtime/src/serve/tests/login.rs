use tokio_postgres::config::ChannelBinding;
use tokio_postgres::error::SqlState;

use super::{config, connect, locked, open};
use crate::error::ErrorKind;
use crate::serve::ServeOptions;

#[tokio::test]
async fn the_password_opens() {
    let server = open(locked()).await;
    let client = connect(&config(&server)).await.expect("it is the password");
    let row = client.query_one("SELECT 40 + $1::int4", &[&2_i32]).await.expect("the session answers");
    assert_eq!(row.get::<_, i32>(0), 42);
}

#[tokio::test]
async fn what_the_client_asks_for_reaches_its_session() {
    let server = open(locked().user("ada")).await;
    let mut config = config(&server);
    config.application_name("the tests").options("-c statement_timeout=1234ms");
    let client = connect(&config).await.expect("it opens");
    if ominipg_test_support::takes_connections(2) {
        let shown = "SELECT current_setting('application_name'), current_setting('statement_timeout')";
        let row = client.query_one(shown, &[]).await.expect("the session answers");
        assert_eq!((row.get::<_, &str>(0), row.get::<_, &str>(1)), ("the tests", "1234ms"));
    }
}

#[tokio::test]
async fn a_user_who_does_not_exist_looks_like_a_wrong_password() {
    let server = open(locked()).await;
    for (user, password) in [("postgres", "a guess"), ("nobody", super::PASSWORD)] {
        let mut config = config(&server);
        config.user(user).password(password);
        let error = connect(&config).await.expect_err("it is refused");
        let refused = error.as_db_error().expect("the server says why");
        assert_eq!(*refused.code(), SqlState::INVALID_PASSWORD);
        assert_eq!(refused.severity(), "FATAL");
        assert_eq!(refused.message(), format!("password authentication failed for user \"{user}\""));
    }
}

#[tokio::test]
async fn channel_binding_needs_encryption() {
    let server = open(locked()).await;
    let mut config = config(&server);
    config.channel_binding(ChannelBinding::Require);
    assert!(connect(&config).await.is_err());
}

#[tokio::test]
async fn without_a_password_the_name_must_be_right() {
    let server = open("127.0.0.1:0").await;
    connect(&config(&server)).await.expect("no password is asked for");
    let mut wrong = config(&server);
    wrong.user("nobody").dbname("postgres");
    let error = connect(&wrong).await.expect_err("it is refused");
    let refused = error.as_db_error().expect("the server says why");
    assert_eq!(*refused.code(), SqlState::INVALID_AUTHORIZATION_SPECIFICATION);
    assert_eq!(refused.hint(), Some("log in as \"postgres\""));
}

#[tokio::test]
async fn there_is_one_database() {
    let server = open(locked().user("ada")).await;
    for (name, is_there) in [("postgres", true), ("ada", true), ("shop", false)] {
        let mut config = config(&server);
        config.dbname(name);
        let error = connect(&config).await.err();
        let code = error.as_ref().and_then(|error| error.code());
        assert_eq!(code, (!is_there).then_some(&SqlState::UNDEFINED_DATABASE), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn other_machines_need_a_password() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let refused =
            super::serve(super::Behind::new(), (), address.into()).await.expect_err("it is open to all");
        assert_eq!(refused.kind(), ErrorKind::Options);
        assert!(refused.to_string().contains("password"), "{refused}");
    }
    let server = open(ServeOptions::new("0.0.0.0:0").password("one")).await;
    assert!(server.url().starts_with("postgresql://postgres@127.0.0.1:"), "{}", server.url());
}

#[tokio::test]
async fn options_that_make_no_sense_are_refused() {
    let options = || ServeOptions::new("127.0.0.1:0");
    for wrong in [
        options().password(""),
        options().max_connections(0),
        options().user(""),
        "nowhere".into(),
        "127.0.0.1".into(),
    ] {
        let refused = super::serve(super::Behind::new(), (), wrong).await.expect_err("it makes no sense");
        assert_eq!(refused.kind(), ErrorKind::Options, "{refused}");
    }
    let server = open(options()).await;
    let taken = server.local_addr().expect("it has an address");
    let refused = super::serve(super::Behind::new(), (), taken.into()).await.expect_err("the port is taken");
    assert_eq!(refused.kind(), ErrorKind::Connect);
    assert!(refused.to_string().contains("port 0"), "{refused}");
}

#[test]
fn no_secret_is_shown() {
    let shown = format!("{:?}", locked());
    assert!(shown.contains("password: true") && !shown.contains("cret"), "{shown}");
}
