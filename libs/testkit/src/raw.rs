//! Messages that an AMQP library would refuse to send.

use std::io::{self, Read, Write};
use std::net::TcpStream;

const METHOD: u8 = 1;
const HEADER: u8 = 2;
const BODY: u8 = 3;
/// A connection in time out of use: a broker that hangs must not hang its client.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(60);

/// A property that is text, by the number of its flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names of AMQP")]
pub enum TextProperty {
    ContentType = 15,
    ContentEncoding = 14,
    CorrelationId = 10,
    ReplyTo = 9,
    MessageId = 7,
    Type = 5,
    AppId = 3,
    ClusterId = 2,
}

impl TextProperty {
    /// All but `expiration` and `user_id`, which the broker reads itself.
    pub const ALL: [Self; 8] = [
        Self::ContentType,
        Self::ContentEncoding,
        Self::CorrelationId,
        Self::ReplyTo,
        Self::MessageId,
        Self::Type,
        Self::AppId,
        Self::ClusterId,
    ];
}

/// A message of any bytes.
#[derive(Debug, Clone, Default)]
pub struct RawMessage {
    /// Empty for the queue named by the routing key.
    pub exchange: String,
    /// Routing key.
    pub routing_key: Vec<u8>,
    /// Properties that are text, in the order of their flags.
    pub texts: Vec<(TextProperty, Vec<u8>)>,
    /// The headers, encoded.
    pub headers: Option<Vec<u8>>,
    /// Body.
    pub body: Vec<u8>,
}

impl RawMessage {
    /// A message for one queue.
    pub fn to(queue: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            routing_key: queue.as_bytes().to_vec(),
            body: body.into(),
            ..Self::default()
        }
    }

    /// With a property.
    #[must_use]
    pub fn with(mut self, property: TextProperty, text: &[u8]) -> Self {
        self.texts.push((property, text.to_vec()));
        self.texts
            .sort_by_key(|(property, _)| std::cmp::Reverse(*property));
        self
    }

    /// With headers.
    #[must_use]
    pub fn with_headers(mut self, table: Vec<u8>) -> Self {
        self.headers = Some(table);
        self
    }

    /// Flags and values of the properties.
    fn properties(&self) -> Vec<u8> {
        const HEADERS: u16 = 13;
        let mut flags = 0;
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (property, text) in &self.texts {
            #[expect(clippy::as_conversions, reason = "the number of a flag")]
            let bit = *property as u16;
            flags |= 1_u16 << bit;
            let values = if bit > HEADERS { &mut before } else { &mut after };
            values.extend(raw_short(text));
        }
        if let Some(table) = &self.headers {
            flags |= 1 << HEADERS;
            before.extend(raw_long(table));
        }
        [&flags.to_be_bytes()[..], &before, &after].concat()
    }
}

/// A connection with one channel that publishes with confirms, and writes the bytes itself.
pub struct RawPublisher(TcpStream);

impl RawPublisher {
    /// Connects to a broker like ours: `amqp://user:password@host:port/vhost`.
    ///
    /// # Errors
    /// When the broker is away or refuses.
    pub fn connect(url: &str) -> io::Result<Self> {
        let parts = || {
            let (login, rest) = url.strip_prefix("amqp://")?.split_once('@')?;
            let (address, vhost) = rest.split_once('/').unwrap_or((rest, "%2f"));
            let (user, password) = login.split_once(':')?;
            Some((user, password, address, vhost.replace("%2f", "/")))
        };
        let (user, password, address, vhost) =
            parts().ok_or_else(|| io::Error::other("the URL has another form"))?;
        let mut this = Self(TcpStream::connect(address)?);
        this.0.set_read_timeout(Some(LIMIT))?;
        this.0.set_write_timeout(Some(LIMIT))?;
        this.0.write_all(b"AMQP\x00\x00\x09\x01")?;
        this.expect(10, 10)?;
        let response = format!("\0{user}\0{password}");
        let login = [
            raw_long(b""),
            raw_short(b"PLAIN"),
            raw_long(response.as_bytes()),
            raw_short(b"en_US"),
        ];
        this.method(0, 10, 11, &login.concat())?;
        let tune = this.expect(10, 30)?;
        this.method(0, 10, 31, &tune)?;
        this.method(0, 10, 40, &[&raw_short(vhost.as_bytes())[..], &[0, 0]].concat())?;
        this.expect(10, 41)?;
        this.method(1, 20, 10, &[0])?;
        this.expect(20, 11)?;
        this.method(1, 85, 10, &[0])?;
        this.expect(85, 11)?;
        Ok(this)
    }

    /// Publishes a message, and waits until the broker has it.
    ///
    /// # Errors
    /// When the broker is away or refuses.
    pub fn publish(&mut self, message: &RawMessage) -> io::Result<()> {
        let (exchange, routing_key) = (
            raw_short(message.exchange.as_bytes()),
            raw_short(&message.routing_key),
        );
        self.method(1, 60, 40, &[&[0, 0][..], &exchange, &routing_key, &[0]].concat())?;
        let size = u64::try_from(message.body.len()).unwrap_or(u64::MAX);
        let header = [&[0, 60, 0, 0][..], &size.to_be_bytes(), &message.properties()].concat();
        self.frame(HEADER, 1, &header)?;
        for piece in message.body.chunks(100_000) {
            self.frame(BODY, 1, piece)?;
        }
        self.expect(60, 80)?;
        Ok(())
    }

    fn method(&mut self, channel: u16, class: u16, method: u16, arguments: &[u8]) -> io::Result<()> {
        let payload = [&class.to_be_bytes()[..], &method.to_be_bytes(), arguments].concat();
        self.frame(METHOD, channel, &payload)
    }

    fn frame(&mut self, kind: u8, channel: u16, payload: &[u8]) -> io::Result<()> {
        let mut frame = vec![kind];
        frame.extend(channel.to_be_bytes());
        frame.extend(raw_long(payload));
        frame.push(0xce);
        self.0.write_all(&frame)
    }

    /// Reads frames until this method comes, and answers its arguments.
    fn expect(&mut self, class: u16, method: u16) -> io::Result<Vec<u8>> {
        // `connection.close` and `channel.close`.
        const CLOSES: [[u8; 4]; 2] = [[0, 10, 0, 50], [0, 20, 0, 40]];
        let wanted = [class.to_be_bytes(), method.to_be_bytes()].concat();
        loop {
            let mut start = [0; 7];
            self.0.read_exact(&mut start)?;
            let [kind, _, _, size @ ..] = start;
            let size = usize::try_from(u32::from_be_bytes(size)).map_err(io::Error::other)?;
            let mut payload = vec![0; size + 1];
            self.0.read_exact(&mut payload)?;
            payload.pop();
            if kind == METHOD && payload.starts_with(&wanted) {
                return Ok(payload.split_off(4));
            }
            if kind == METHOD && CLOSES.iter().any(|close| payload.starts_with(close)) {
                let words = String::from_utf8_lossy(&payload).into_owned();
                return Err(io::Error::other(format!("closed by the broker: {words}")));
            }
        }
    }
}

/// An encoded short string.
pub fn raw_short(text: &[u8]) -> Vec<u8> {
    let text = text.get(..text.len().min(255)).unwrap_or_default();
    [&[u8::try_from(text.len()).unwrap_or(u8::MAX)][..], text].concat()
}

/// An encoded long string, table or array.
pub fn raw_long(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], bytes].concat()
}

/// An encoded table that holds tables within tables, so deep that it fills most of a frame.
pub fn raw_nested_tables() -> Vec<u8> {
    const SIZE: usize = 120_000;
    // Each level is an empty name, a type and a length in front of what is inside.
    let levels = SIZE / 6;
    let mut table = Vec::with_capacity(SIZE);
    for inner in (0..levels).rev() {
        table.extend([0, b'F']);
        table.extend(u32::try_from(inner * 6).unwrap_or_default().to_be_bytes());
    }
    table
}
