use ominipg::Ominipg;
use tokio_postgres::NoTls;

#[tokio::test]
async fn a_socket_in_a_folder_works() {
    let folder = std::env::temp_dir().join(format!("ominipg-clients-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("it is created");
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    let server = db.serve_unix(&folder).await.expect("it is served");
    let (client, connection) = tokio_postgres::connect(&server.url(), NoTls).await.expect("it opens");
    tokio::spawn(connection);
    let row = client.query_one("SELECT 1", &[]).await.expect("it answers");
    assert_eq!(row.get::<_, i32>(0), 1);
    server.close().await;
    assert!(std::fs::read_dir(&folder).expect("it is there").next().is_none(), "the socket is gone");
    std::fs::remove_dir(&folder).expect("it is removed");
    db.close().await.expect("it closes");
}
