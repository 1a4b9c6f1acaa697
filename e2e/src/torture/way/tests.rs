//! A way between a service that does not run and a Postgres that is none.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

const GREETING: &[u8] = b"\x00\x00\x00\x08\x00\x03\x00\x00";
const BEGIN: &[u8] = b"Q\x00\x00\x00\x0aBEGIN\x00";
const COMMIT: &[u8] = b"Q\x00\x00\x00\x0bCOMMIT\x00";
const TOUCHED: &[u8] = b"C\x00\x00\x00\x0dUPDATE 1\x00";
const COMMITTED: &[u8] = b"C\x00\x00\x00\x0bCOMMIT\x00";

/// A service that does not run, its way, and both ends of one connection on it.
async fn talk() -> (Arc<Way>, TcpStream, TcpStream) {
    let dir = std::env::temp_dir().join(format!("souk-way-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(dir.join("services")).unwrap();
    let record = r#"{"binary": "/bin/true", "arguments": [], "env": {}}"#;
    std::fs::write(dir.join("services/order-svc.json"), record).unwrap();
    let service = Arc::new(Service::known(&dir, "order-svc", String::new()).unwrap());
    std::fs::remove_dir_all(dir).unwrap();
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        free.local_addr().unwrap().port()
    };
    let way = Way::open(service, Side::Postgres, port, server.local_addr().unwrap())
        .await
        .unwrap();
    let client = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let (server, _) = server.accept().await.unwrap();
    (way, client, server)
}

async fn pass(from: &mut TcpStream, to: &mut TcpStream, bytes: &[u8]) {
    from.write_all(bytes).await.unwrap();
    let mut seen = vec![0; bytes.len()];
    to.read_exact(&mut seen).await.unwrap();
    assert_eq!(seen, bytes);
}

/// Everything up to the end of a connection.
async fn rest(of: &mut TcpStream) -> Vec<u8> {
    let mut seen = Vec::new();
    let _ = of.read_to_end(&mut seen).await;
    seen
}

async fn touch(client: &mut TcpStream, server: &mut TcpStream) {
    pass(client, server, GREETING).await;
    pass(client, server, BEGIN).await;
    pass(server, client, TOUCHED).await;
}

#[tokio::test]
async fn cut_before_a_commit_the_server_never_hears_of_it() {
    let (way, mut client, mut server) = talk().await;
    way.set_trap(Moment::BeforeCommit, 1, Deed::Cut);
    touch(&mut client, &mut server).await;

    client.write_all(COMMIT).await.unwrap();

    assert!(rest(&mut server).await.is_empty());
    assert!(rest(&mut client).await.is_empty());
    assert_eq!(way.met(), 1);
}

#[tokio::test]
async fn cut_after_a_commit_the_client_never_hears_of_it() {
    let (way, mut client, mut server) = talk().await;
    way.set_trap(Moment::AfterCommit, 1, Deed::Cut);
    touch(&mut client, &mut server).await;

    pass(&mut client, &mut server, COMMIT).await;
    server.write_all(COMMITTED).await.unwrap();

    assert!(rest(&mut client).await.is_empty());
    assert!(rest(&mut server).await.is_empty());
}

#[tokio::test]
async fn a_commit_of_nothing_springs_no_trap() {
    let (way, mut client, mut server) = talk().await;
    way.set_trap(Moment::BeforeCommit, 1, Deed::Cut);
    pass(&mut client, &mut server, GREETING).await;
    pass(&mut client, &mut server, BEGIN).await;

    pass(&mut client, &mut server, COMMIT).await;
    pass(&mut server, &mut client, COMMITTED).await;

    assert_eq!(way.met(), 0);
}

#[tokio::test]
async fn a_trap_waits_for_its_turn_and_is_cleared_with_the_way() {
    let (way, mut client, mut server) = talk().await;
    way.set_trap(Moment::BeforeCommit, 2, Deed::Cut);
    touch(&mut client, &mut server).await;
    pass(&mut client, &mut server, COMMIT).await;
    pass(&mut client, &mut server, BEGIN).await;
    pass(&mut server, &mut client, TOUCHED).await;

    way.clear();

    pass(&mut client, &mut server, COMMIT).await;
    assert_eq!(way.met(), 0);
}

#[tokio::test]
async fn a_way_that_refuses_ends_what_is_under_way() {
    let (way, mut client, mut server) = talk().await;
    pass(&mut client, &mut server, GREETING).await;

    way.refuse(true);

    assert!(rest(&mut client).await.is_empty() && rest(&mut server).await.is_empty());
}
