use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, copy_bidirectional, duplex};
use tokio::net::TcpStream;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::error::Error;
use crate::serve::sessions::Sessions;
use crate::serve::{CancelKey, Startup};

/// The sessions of the tests' server, which must ask for no password.
#[derive(Clone)]
pub(super) struct Behind {
    address: (String, u16),
    user: String,
}

impl Behind {
    pub(super) fn new() -> Self {
        let config: Config = ominipg_test_support::server_url().parse().expect("it is a url");
        let host = match &config.get_hosts()[0] {
            Host::Tcp(host) => host.clone(),
            #[cfg(unix)]
            Host::Unix(_) => panic!("the tests of the front door need a server with an address"),
        };
        let port = config.get_ports().first().copied().unwrap_or(5432);
        Self { address: (host, port), user: config.get_user().expect("it names a user").to_owned() }
    }

    async fn send(self, packet: Vec<u8>) -> io::Result<TcpStream> {
        let mut socket = TcpStream::connect(self.address).await?;
        socket.write_u32(u32::try_from(packet.len() + 4).expect("it is short")).await?;
        socket.write_all(&packet).await?;
        Ok(socket)
    }

    async fn session(self, startup: Startup, mut stream: DuplexStream) -> io::Result<()> {
        let mut packet = startup.version().code().to_be_bytes().to_vec();
        let settings = startup.settings().iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in
            [("user", self.user.as_str()), ("database", "postgres")].into_iter().chain(settings)
        {
            packet.extend([name, "\0", value, "\0"].concat().into_bytes());
        }
        packet.push(0);
        let mut socket = self.send(packet).await?;
        let mut authenticated = [0; 9];
        socket.read_exact(&mut authenticated).await?;
        assert_eq!(authenticated, *b"R\0\0\0\x08\0\0\0\0", "the tests' server asks for no password");
        copy_bidirectional(&mut stream, &mut socket).await.map(drop)
    }
}

impl Sessions for Behind {
    type Stream = DuplexStream;

    fn open(&self, startup: Startup) -> Result<Self::Stream, Error> {
        let (stream, other) = duplex(64 * 1024);
        tokio::spawn(self.clone().session(startup, other));
        Ok(stream)
    }

    fn cancel(&self, key: &CancelKey) {
        let mut packet = 80_877_102_u32.to_be_bytes().to_vec();
        packet.extend(key.process_id().to_be_bytes());
        packet.extend(key.secret());
        tokio::spawn(self.clone().send(packet));
    }
}
