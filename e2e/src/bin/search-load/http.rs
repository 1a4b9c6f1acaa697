//! HTTP/1.1 over blocking sockets: what a load generator needs, and cheap enough that it measures the other side.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

/// Nothing that is measured takes longer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The address of `http://host:port`.
pub fn address(url: &str) -> Result<SocketAddr> {
    let host = url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/');
    let mut addresses = host
        .to_socket_addrs()
        .with_context(|| format!("{url} is not an address"))?;
    addresses.next().with_context(|| format!("{url} has no address"))
}

/// A request or a response.
pub struct Message {
    /// First line and headers.
    pub head: String,
    /// The body, without the framing of chunks.
    pub body: Vec<u8>,
    /// All of it as it came.
    pub raw: Vec<u8>,
}

impl Message {
    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        self.head.split(' ').nth(1)?.parse().ok()
    }

    /// Reads one; `None` at the end of the stream.
    pub fn read(from: &mut impl BufRead, has_body: bool) -> Result<Option<Self>> {
        let mut raw = Vec::with_capacity(16 * 1024);
        loop {
            let begin = raw.len();
            let read = from.read_until(b'\n', &mut raw)?;
            if read == 0 && begin == 0 {
                return Ok(None);
            }
            ensure!(read > 0, "The connection ended within a head");
            if matches!(raw.get(begin..), Some(b"\r\n")) {
                break;
            }
        }
        let head = String::from_utf8_lossy(&raw).into_owned();
        let mut body = Vec::new();
        if has_body && header(&head, "transfer-encoding").is_some_and(|value| value.contains("chunked")) {
            read_chunks(from, &mut raw, &mut body)?;
        } else if has_body && let Some(length) = header(&head, "content-length") {
            body = vec![0; length.parse().context("The length of a body is no number")?];
            from.read_exact(&mut body)?;
            raw.extend_from_slice(&body);
        }
        Ok(Some(Self { head, body, raw }))
    }
}

fn read_chunks(from: &mut impl BufRead, raw: &mut Vec<u8>, body: &mut Vec<u8>) -> Result<()> {
    loop {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line)?;
        raw.extend_from_slice(&line);
        let text = String::from_utf8_lossy(&line);
        let length = usize::from_str_radix(text.trim().split(';').next().unwrap_or_default(), 16);
        let length = length.with_context(|| format!("`{}` is no length of a chunk", text.trim()))?;
        // The data, and the line break after it.
        let mut chunk = vec![0; length + 2];
        from.read_exact(&mut chunk)?;
        raw.extend_from_slice(&chunk);
        if length == 0 {
            return Ok(());
        }
        body.extend(chunk.iter().take(length));
    }
}

/// The value of a header.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// A connection that is kept.
pub struct Connection {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Connection {
    /// Opened by the first request.
    pub fn to(address: SocketAddr) -> Self {
        Self {
            address,
            stream: None,
        }
    }

    /// Sends a request and reads the response.
    pub fn send(&mut self, request: &[u8]) -> Result<Message> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.address)?,
        };
        stream.get_mut().write_all(request)?;
        let response = Message::read(&mut stream, !request.starts_with(b"HEAD "))?;
        let response = response.context("The connection was closed without a response")?;
        let closes = header(&response.head, "connection").is_some_and(|value| value == "close");
        self.stream = (!closes).then_some(stream);
        Ok(response)
    }

    /// The same; every status but a success is an error.
    pub fn succeed(&mut self, request: &[u8]) -> Result<Message> {
        let response = self.send(request)?;
        match response.status() {
            Some(200..=299) => Ok(response),
            _ => bail!("It was answered {}", String::from_utf8_lossy(&response.raw)),
        }
    }
}

/// A connection without delay of small packets.
pub fn connect(address: SocketAddr) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(address).with_context(|| format!("Nothing listens on {address}"))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    Ok(BufReader::with_capacity(32 * 1024, stream))
}

/// The bytes of a request.
pub fn request(method: &str, target: &str, headers: &[(&str, String)], body: Option<&[u8]>) -> Vec<u8> {
    let mut request = format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in headers {
        request.push_str(name);
        request.push_str(": ");
        request.push_str(value);
        request.push_str("\r\n");
    }
    if let Some(body) = body {
        request.push_str(&format!(
            "content-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        ));
    }
    request.push_str("\r\n");
    let mut request = request.into_bytes();
    request.extend_from_slice(body.unwrap_or_default());
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Message {
        Message::read(&mut text.as_bytes(), true).unwrap().unwrap()
    }

    #[test]
    fn a_body_ends_where_its_length_or_its_last_chunk_says() {
        let sized = read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef");
        let chunked =
            read("HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\nrest");

        assert_eq!((sized.status(), sized.body), (Some(200), b"abc".to_vec()));
        assert_eq!((chunked.status(), chunked.body), (Some(503), b"abc".to_vec()));
        assert!(chunked.raw.ends_with(b"0\r\n\r\n"));
        assert!(Message::read(&mut &b""[..], true).unwrap().is_none());
        assert!(Message::read(&mut &b"HTTP/1.1 200 OK\r\n"[..], true).is_err());
    }
}
