//! Several hosts, and how a server is convinced.

#[cfg(feature = "tls")]
use std::path::Path;
use std::time::{Duration, Instant};

use ominipg_runtime::{ConnectOptions, Error, ErrorKind, Ominipg};
use ominipg_test_support::{CrashServer, database, server_url, socket_url, takes_connections};

async fn one(url: String) -> Result<i32, Error> {
    let db = Ominipg::connect(url).await?;
    Ok(db.query_one("SELECT 1", &[]).await?.get(0))
}

async fn refused(url: String) -> String {
    let error = one(url).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("hunter2"), "{text}");
    text
}

/// The url with another host before its own.
fn after(host: &str, url: &str) -> String {
    url.replacen('@', &format!("@{host},"), 1)
}

#[tokio::test]
async fn the_next_host_is_tried() {
    if !takes_connections(2) {
        return;
    }
    let url = database().await;
    assert_eq!(one(after("127.0.0.1:1", &url)).await.unwrap(), 1);
    assert_eq!(one(format!("{}&load_balance_hosts=random", after("127.0.0.1:1", &url))).await.unwrap(), 1);
    let text = refused("postgres://ada:hunter2@127.0.0.1:1,127.0.0.1:2/db".to_owned()).await;
    for part in ["127.0.0.1:1: ", "127.0.0.1:2: ", "refused"] {
        assert!(text.contains(part), "{text}");
    }
    // A host that says nothing has its own time, and does not use up that of the others.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = after(&silent.local_addr().unwrap().to_string(), &url);
    let options = ConnectOptions::new(&url).connect_timeout(Duration::from_millis(500));
    let db = Ominipg::connect(options).await.unwrap();
    db.query("SELECT 1", &[]).await.unwrap();
    let since = Instant::now();
    assert_eq!(one(format!("{url}&connect_timeout=1")).await.unwrap(), 1);
    assert!((1..5).contains(&since.elapsed().as_secs()), "{:?}", since.elapsed());
}

#[tokio::test]
async fn hosts_are_chosen_by_what_they_allow() {
    if !takes_connections(2) {
        return;
    }
    let (open, locked) = (database().await, database().await);
    let name = locked.split('?').next().unwrap().rsplit('/').next().unwrap();
    let admin = Ominipg::connect(server_url()).await.unwrap();
    let lock = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    admin.batch_execute(&lock).await.unwrap();
    for (url, attributes, works) in [
        (&open, "any", true),
        (&open, "read-write", true),
        (&open, "read-only", false),
        (&open, "prefer-standby", true),
        (&locked, "read-write", false),
        (&locked, "read-only", true),
        (&locked, "prefer-standby", true),
    ] {
        let found = one(format!("{url}&target_session_attrs={attributes}")).await;
        assert_eq!(found.is_ok(), works, "{attributes}: {found:?}");
    }
}

#[tokio::test]
async fn hosts_are_chosen_by_their_role() {
    if !takes_connections(2) {
        return;
    }
    let Some(mut server) = CrashServer::start().unwrap() else {
        println!("left out: needs the programs of a server");
        return;
    };
    let primary = server_url();
    server.restart_as_standby().unwrap();
    let standby = server.url();
    for (url, attributes, works) in [
        (&primary, "primary", true),
        (&primary, "standby", false),
        (&standby, "primary", false),
        (&standby, "standby", true),
        (&standby, "read-only", true),
        (&standby, "read-write", false),
        (&standby, "prefer-standby", true),
        (&standby, "any", true),
    ] {
        let found = one(format!("{url}&target_session_attrs={attributes}")).await;
        assert_eq!(found.is_ok(), works, "{attributes}: {found:?}");
    }
    let text = refused(format!("{primary}&target_session_attrs=standby")).await;
    assert!(text.contains("it is the primary"), "{text}");
    let text = refused(format!("{standby}&target_session_attrs=primary")).await;
    assert!(text.contains("it is a standby"), "{text}");

    // Of both, each is found whatever their order.
    let both = after(&server.address().to_string(), &primary);
    for (attributes, in_recovery) in [("primary", false), ("standby", true), ("prefer-standby", true)] {
        for url in [both.clone(), format!("{both}&load_balance_hosts=random")] {
            let db = Ominipg::connect(format!("{url}&target_session_attrs={attributes}")).await.unwrap();
            let row = db.query_one("SELECT pg_is_in_recovery()", &[]).await.unwrap();
            assert_eq!(row.get::<_, bool>(0), in_recovery, "{attributes}");
        }
    }
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn certificates_prove_who_connects() {
    use std::os::unix::fs::PermissionsExt;
    let Some([certificate, key]) = ominipg_test_support::client_certificate() else {
        println!("left out: needs a server that was started for the tests");
        return;
    };
    let url = server_url();
    let admin = Ominipg::connect(url.as_str()).await.unwrap();
    admin.batch_execute("CREATE ROLE needs_certificate LOGIN").await.unwrap();
    let base = url.split('?').next().unwrap().replace("postgres@", "needs_certificate@");
    let trusted = ominipg_test_support::server_certificate().unwrap();
    let encrypted = format!("{base}?sslmode=verify-full&sslrootcert={}", trusted.display());
    let with = |certificate: &Path, key: &Path| {
        format!("{encrypted}&sslcert={}&sslkey={}", certificate.display(), key.display())
    };
    let db = Ominipg::connect(with(&certificate, &key)).await.unwrap();
    assert_eq!(
        db.query_one("SELECT session_user::text", &[]).await.unwrap().get::<_, &str>(0),
        "needs_certificate"
    );
    // What is sent to stop a statement goes the same way.
    let short = db.with_timeout(Duration::from_millis(100));
    assert_eq!(short.query("SELECT pg_sleep(10)", &[]).await.unwrap_err().kind(), ErrorKind::Timeout);

    let text = refused(encrypted.clone()).await;
    assert!(text.contains("certificate") && text.contains("28000"), "{text}");
    assert!(refused(format!("{base}?sslmode=disable")).await.contains("28000"));

    let folder = std::env::temp_dir().join(format!("ominipg-certificates-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str, mode: u32| {
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        file
    };
    let own = std::fs::read_to_string(&key).unwrap();
    let broken =
        write("broken.key", "-----BEGIN PRIVATE KEY-----\nhunter2!\n-----END PRIVATE KEY-----\n", 0o600);
    for (certificate, key, why) in [
        (&certificate, &write("open.key", &own, 0o644), "others may read it"),
        (&certificate, &write("empty.key", "", 0o600), "holds no key"),
        (&certificate, &broken, "not in the format PEM"),
        (&certificate, &folder.join("gone.key"), "sslkey"),
        (&write("empty.pem", "", 0o644), &key, "holds no certificate"),
        (&folder.join("gone.pem"), &key, "sslcert"),
        (&trusted, &key, "does not go with sslkey"),
    ] {
        let error = Ominipg::connect(with(certificate, key)).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(error.kind() == ErrorKind::Options && text.contains(why), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn what_the_url_says_reaches_the_server() {
    // The stand-in has one session for all of its clients, and so no settings of their own.
    if !takes_connections(2) {
        return;
    }
    let url = database().await;
    let show = async |url: String, setting: &str| -> String {
        let db = Ominipg::connect(url).await.unwrap();
        db.query_one(&format!("SHOW {setting}"), &[]).await.unwrap().get(0)
    };
    assert_eq!(show(url.clone(), "application_name").await, "ominipg");
    assert_eq!(show(format!("{url}&application_name=my%20app"), "application_name").await, "my app");
    assert_eq!(show(format!("{url}&options=-c%20work_mem%3D5MB"), "work_mem").await, "5MB");
    if let Some(socket) = socket_url(&url) {
        assert_eq!(show(format!("{socket}&sslmode=require"), "application_name").await, "ominipg");
    }
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn passwords_are_bound_to_the_encryption() {
    let Some(certificate) = ominipg_test_support::server_certificate() else {
        println!("left out: needs a server that was started for the tests");
        return;
    };
    let url = server_url();
    let admin = Ominipg::connect(url.as_str()).await.unwrap();
    admin.batch_execute("CREATE ROLE needs_password LOGIN PASSWORD 'hunter2'").await.unwrap();
    let base = url.split('?').next().unwrap().replace("postgres@", "needs_password:hunter2@");
    let trust = format!("sslrootcert={}", certificate.display());
    for parameters in [
        "sslmode=disable".to_owned(),
        format!("sslmode=require&{trust}"),
        format!("sslmode=verify-full&channel_binding=require&{trust}"),
        format!("sslmode=require&channel_binding=disable&{trust}"),
    ] {
        assert_eq!(one(format!("{base}?{parameters}")).await.unwrap(), 1, "{parameters}");
    }
    let text = refused(format!("{base}?sslmode=disable&channel_binding=require")).await;
    assert!(text.contains("channel binding"), "{text}");
    let wrong = base.replace("hunter2", "wrong").replacen('@', "@127.0.0.1:1,", 1);
    let text = refused(format!("{wrong}?sslmode=require&channel_binding=require&{trust}")).await;
    assert!(text.contains("28P01") && !text.contains("wrong"), "{text}");

    // `verify-ca` takes any name, of an authority that is trusted.
    let elsewhere = base.replace("127.0.0.1", "localhost");
    assert_eq!(one(format!("{elsewhere}?sslmode=verify-ca&{trust}")).await.unwrap(), 1);
    for mode in ["verify-full", "require"] {
        assert!(refused(format!("{elsewhere}?sslmode={mode}&{trust}")).await.contains("certificate"));
    }
    assert!(refused(format!("{elsewhere}?sslmode=verify-ca")).await.contains("certificate"));
}
