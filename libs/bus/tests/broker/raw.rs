//! A publisher that writes the bytes itself: lapin sends only what it can read.

use std::io::{Read, Write};
use std::net::TcpStream;

const METHOD: u8 = 1;
const HEADER: u8 = 2;
const BODY: u8 = 3;

/// A connection with one channel that publishes with confirms.
pub struct RawPublisher(TcpStream);

impl RawPublisher {
    /// Opens it; of the URL only what ours have is understood.
    pub fn connect(url: &str) -> Self {
        let rest = url.strip_prefix("amqp://").unwrap();
        let (login, rest) = rest.split_once('@').unwrap();
        let (address, vhost) = rest.split_once('/').unwrap_or((rest, "/"));
        let (user, password) = login.split_once(':').unwrap();
        let mut this = Self(TcpStream::connect(address).unwrap());
        this.0.write_all(b"AMQP\x00\x00\x09\x01").unwrap();
        this.expect(10, 10);
        let response = format!("\0{user}\0{password}");
        this.method(
            0,
            10,
            11,
            &[
                long(b""),
                short(b"PLAIN"),
                long(response.as_bytes()),
                short(b"en_US"),
            ]
            .concat(),
        );
        let tune = this.expect(10, 30);
        this.method(0, 10, 31, &tune);
        let vhost = vhost.replace("%2f", "/");
        this.method(0, 10, 40, &[&short(vhost.as_bytes())[..], &[0, 0]].concat());
        this.expect(10, 41);
        this.method(1, 20, 10, &[0]);
        this.expect(20, 11);
        this.method(1, 85, 10, &[0]);
        this.expect(85, 11);
        this
    }

    /// Publishes one message with these encoded properties, and waits until the broker has it.
    pub fn publish(mut self, exchange: &str, routing_key: &[u8], flags: u16, properties: &[u8], body: &[u8]) {
        let arguments = [
            &[0, 0][..],
            &short(exchange.as_bytes()),
            &short(routing_key),
            &[0],
        ]
        .concat();
        self.method(1, 60, 40, &arguments);
        let size = u64::try_from(body.len()).unwrap().to_be_bytes();
        self.frame(
            HEADER,
            1,
            &[&[0, 60, 0, 0][..], &size, &flags.to_be_bytes(), properties].concat(),
        );
        for piece in body.chunks(100_000) {
            self.frame(BODY, 1, piece);
        }
        self.expect(60, 80);
    }

    fn method(&mut self, channel: u16, class: u16, method: u16, arguments: &[u8]) {
        let payload = [&class.to_be_bytes()[..], &method.to_be_bytes(), arguments].concat();
        self.frame(METHOD, channel, &payload);
    }

    fn frame(&mut self, kind: u8, channel: u16, payload: &[u8]) {
        let mut frame = vec![kind];
        frame.extend(channel.to_be_bytes());
        frame.extend(long(payload));
        frame.push(0xce);
        self.0.write_all(&frame).unwrap();
    }

    /// Reads frames until this method comes; its arguments.
    fn expect(&mut self, class: u16, method: u16) -> Vec<u8> {
        loop {
            let mut start = [0; 7];
            self.0.read_exact(&mut start).unwrap();
            let size = u32::from_be_bytes(start[3..].try_into().unwrap());
            let mut payload = vec![0; usize::try_from(size).unwrap() + 1];
            self.0.read_exact(&mut payload).unwrap();
            payload.pop();
            if start[0] != METHOD {
                continue;
            }
            let wanted = [class.to_be_bytes(), method.to_be_bytes()].concat();
            let got = payload.get(..4).unwrap();
            assert!(
                got == wanted || ![10, 20].contains(&got[1]) || got[3] != 50 && got[3] != 40,
                "closed: {}",
                String::from_utf8_lossy(&payload)
            );
            if got == wanted {
                return payload[4..].to_vec();
            }
        }
    }
}

fn short(text: &[u8]) -> Vec<u8> {
    [&[u8::try_from(text.len()).unwrap()][..], text].concat()
}

fn long(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}
