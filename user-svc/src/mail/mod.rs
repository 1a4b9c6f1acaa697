//! Mails on their way out: over SMTP, or into a directory where no server is set.

mod directory;
mod letter;

use std::path::Path;
use std::time::Duration;

use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox};
use lettre::transport::smtp::{self, PoolConfig};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::domain::Mail;
pub use letter::{BadStorefront, Storefront};

/// Of one step of the conversation.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections to the server, at most.
const CONNECTIONS: u32 = 4;

/// Sends mails.
pub struct Mailer {
    from: Mailbox,
    storefront: Storefront,
    way: Way,
}

enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Directory(directory::Directory),
}

/// Why a mail was not sent. Servers quote addresses in their answers, so none of it is shown but the code.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The recipient's address cannot be written to.
    #[error("the address cannot be written to")]
    Address,
    /// The mail could not be put together.
    #[error("the mail could not be put together")]
    Message,
    /// The server refused it, or there is no server.
    #[error("{0}")]
    Smtp(String),
    /// The directory cannot be written.
    #[error("the directory cannot be written: {0}")]
    Directory(std::io::Error),
}

impl Mailer {
    /// Over the server at `url`: `smtp://` or `smtps://`, with credentials if it wants some. Nothing needs to be up.
    ///
    /// # Errors
    /// When `url` is not one.
    pub fn smtp(url: &str, from: Mailbox, storefront: Storefront) -> Result<Self, smtp::Error> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS))
            .build();
        Ok(Self {
            from,
            storefront,
            way: Way::Smtp(transport),
        })
    }

    /// Into files of a directory, which is made if it is missing.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn directory(path: &Path, from: Mailbox, storefront: Storefront) -> std::io::Result<Self> {
        Ok(Self {
            from,
            storefront,
            way: Way::Directory(directory::Directory::open(path)?),
        })
    }

    /// Sends a mail with the secret in its link.
    ///
    /// # Errors
    /// When it was not taken, or nobody knows whether it was.
    pub async fn send(&self, mail: &Mail, secret: &str) -> Result<(), MailError> {
        let message = self.message(mail, secret)?;
        match &self.way {
            Way::Smtp(transport) => transport
                .send(message)
                .await
                .map(|_| ())
                .map_err(|error| MailError::Smtp(told(&error))),
            Way::Directory(directory) => directory
                .write(message.formatted())
                .await
                .map_err(MailError::Directory),
        }
    }

    fn message(&self, mail: &Mail, secret: &str) -> Result<Message, MailError> {
        let address: Address = mail.recipient.parse().map_err(|_| MailError::Address)?;
        let letter = self.storefront.letter(mail.purpose, secret);
        // All of it is ASCII, and a link is not broken over lines.
        let text = letter.text.replace('\n', "\r\n").into_bytes();
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject(letter.subject)
            .message_id(None)
            .header(ContentType::TEXT_PLAIN)
            .body(Body::dangerous_pre_encoded(
                text,
                ContentTransferEncoding::SevenBit,
            ))
            .map_err(|_| MailError::Message)
    }
}

fn told(error: &smtp::Error) -> String {
    if let Some(code) = error.status() {
        format!("the mail server answered {code}")
    } else if error.is_timeout() {
        "the mail server took too long".to_owned()
    } else if error.is_tls() {
        "the mail server could not be spoken to in private".to_owned()
    } else {
        "the mail server cannot be reached, or broke off".to_owned()
    }
}
