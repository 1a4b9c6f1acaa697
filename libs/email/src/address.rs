//! The address and its canonical form.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// Octets of the address that mail is sent to (RFC 5321, 4.5.3.1.3, less the brackets).
const MAX_OCTETS: usize = 254;
/// Octets of its local part (RFC 5321, 4.5.3.1.1).
const MAX_LOCAL_OCTETS: usize = 64;

/// An address that mail can be sent to without extensions of the mail server: the local part is ASCII and not quoted, the
/// domain is a name with an A-label for each label.
///
/// Two addresses are the same mailbox if their canonical forms are equal. Nothing is known of what providers do with dots
/// or `+`: these count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress {
    given: String,
    /// The length of the local part in both forms.
    local: usize,
    domain: String,
    canonical: String,
}

/// No mail can be sent to this address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("It must be an e-mail address.")]
pub struct InvalidEmailAddress;

impl EmailAddress {
    /// Reads an address without a display name and without space around it.
    ///
    /// # Errors
    /// [`InvalidEmailAddress`], also for addresses that are valid but of no use here: quoted local parts, IP literals,
    /// domains that end in a number.
    pub fn parse(text: &str) -> Result<Self, InvalidEmailAddress> {
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmailAddress)?;
        if !is_dot_atom(local) || local.len() > MAX_LOCAL_OCTETS {
            return Err(InvalidEmailAddress);
        }
        // What UTS 46 drops or composes makes a long text a short name: the text is stored, and bounded too.
        if text.chars().count() > MAX_OCTETS {
            return Err(InvalidEmailAddress);
        }
        let domain = ascii_domain(domain)?;
        if local.len() + 1 + domain.len() > MAX_OCTETS {
            return Err(InvalidEmailAddress);
        }
        Ok(Self {
            given: text.to_owned(),
            local: local.len(),
            canonical: format!("{}@{domain}", local.to_ascii_lowercase()),
            domain,
        })
    }

    /// The address as it was given.
    pub fn as_given(&self) -> &str {
        &self.given
    }

    /// The form by which mailboxes are compared: the local part folded in ASCII, the domain as its A-label by UTS 46.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The address that mail is sent to: the local part as it was given, the domain as its A-label.
    pub fn deliverable(&self) -> String {
        let local = self.given.get(..self.local).unwrap_or_default();
        format!("{local}@{}", self.domain)
    }

    /// The canonical form with its domain in Unicode, as people write it.
    pub fn unicode(&self) -> String {
        let local = self.canonical.get(..self.local).unwrap_or_default();
        let (domain, _) = idna::domain_to_unicode(&self.domain);
        format!("{local}@{domain}")
    }
}

/// The key of the account that a typed text names: the canonical form of an address; of any other text, such as an
/// address that was registered under older rules, the text folded in ASCII.
///
/// Texts with different keys never name one account.
pub fn lookup_key(typed: &str) -> String {
    let typed = typed.trim();
    EmailAddress::parse(typed).map_or_else(|_| typed.to_ascii_lowercase(), |address| address.canonical)
}

/// A dot-atom of RFC 5322, which needs no quotes, and that nobody can take for an encoded word (RFC 2047) of another address.
fn is_dot_atom(local: &str) -> bool {
    let is_encoded_word = local.contains("=?") && local.contains("?=");
    !is_encoded_word
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte)
}

fn ascii_domain(domain: &str) -> Result<String, InvalidEmailAddress> {
    let ascii = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .map_err(|_| InvalidEmailAddress)?;
    let last = ascii.rsplit('.').next().unwrap_or_default();
    // No top-level domain is a number, and some mail servers read such a name as an address of IPv4.
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidEmailAddress);
    }
    Ok(ascii.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        EmailAddress::parse(text).unwrap().canonical().to_owned()
    }

    #[test]
    fn case_and_the_form_of_the_domain_make_no_other_mailbox() {
        for (given, expected) in [
            ("Vic.Tim+shop@Example.ORG", "vic.tim+shop@example.org"),
            ("a@b\u{fc}cher.example", "a@xn--bcher-kva.example"),
            ("a@B\u{dc}CHER.example", "a@xn--bcher-kva.example"),
            ("a@bu\u{308}cher.example", "a@xn--bcher-kva.example"),
            ("A@XN--BCHER-KVA.Example", "a@xn--bcher-kva.example"),
            // Fullwidth letters and dots, the Kelvin sign, the long s, a soft hyphen.
            ("a@\u{ff45}xample\u{ff0e}org", "a@example.org"),
            ("a@example\u{3002}org", "a@example.org"),
            ("a@\u{212a}elvin.example", "a@kelvin.example"),
            ("a@long\u{17f}.example", "a@longs.example"),
            ("a@ex\u{ad}ample.org", "a@example.org"),
            // Domains of registries that know the letter: not the one with `ss`.
            ("a@stra\u{df}e.example", "a@xn--strae-oqa.example"),
            ("a@stra\u{1e9e}e.example", "a@xn--strae-oqa.example"),
            ("a@strasse.example", "a@strasse.example"),
            ("a@localhost", "a@localhost"),
            ("a@r3---sn.example", "a@r3---sn.example"),
        ] {
            assert_eq!(canonical(given), expected, "{given}");
            assert_eq!(EmailAddress::parse(given).unwrap().as_given(), given);
        }
    }

    #[test]
    fn what_looks_alike_stays_apart() {
        for (one, other) in [
            ("vic@m\u{130}mi.example", "vic@mimi.example"),
            ("vic@m\u{131}mi.example", "vic@mimi.example"),
            ("vic@mim\u{456}.example", "vic@mimi.example"),
            ("v.ic@mimi.example", "vic@mimi.example"),
            ("vic+a@mimi.example", "vic@mimi.example"),
            ("vic@stra\u{df}e.example", "vic@strasse.example"),
        ] {
            assert_ne!(lookup_key(one), lookup_key(other), "{one}");
        }
    }

    #[test]
    fn what_no_mail_can_be_sent_to_is_refused() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long_label = format!("a@{}.example", "b".repeat(64));
        let long_domain = format!("a@{}example", "bcdefgh.".repeat(31));
        // Short in Unicode, longer than 254 octets as A-labels.
        let long_sent = format!("{}@{}example", "a".repeat(60), "\u{fc}bung.".repeat(17));
        let long_text = format!("a@ex{}ample.org", "\u{ad}".repeat(254));
        for text in [
            "",
            "@",
            "a",
            "a@",
            "@example.org",
            "a@@example.org",
            "a@b@example.org",
            "a@example.org.",
            "a@.example.org",
            "a@example..org",
            "a@-example.org",
            "a@example-.org",
            "a@exam_ple.org",
            "a@example.org ",
            " a@example.org",
            "a b@example.org",
            "a@exa mple.org",
            ".a@example.org",
            "a.@example.org",
            "a..b@example.org",
            "\"a\"@example.org",
            "\"a b\"@example.org",
            "a(x)@example.org",
            "A <a@example.org>",
            "<a@example.org>",
            "a@example.org,b@example.org",
            "a\r\nBcc: b@example.org",
            "a@example.org\r\nBcc: b",
            "a\0@example.org",
            "a@exa\u{7f}mple.org",
            "a@exa\u{200d}mple.org",
            "\u{212a}@example.org",
            "\u{17f}@example.org",
            "\u{fc}@example.org",
            "=?utf-8?q?b=40example.net=3e?=@example.org",
            "a@[127.0.0.1]",
            "a@[IPv6:::1]",
            "a@127.0.0.1",
            "a@1",
            "a@example\u{ff20}org",
            // A-labels that do not decode, or decode to what is not in its normal form.
            "a@xn--.example",
            "a@xn--\u{fc}.example",
            "a@xn--zzzzzz.example",
            "a@xn--a.example",
            "a@xn--abc-.example",
            &long_local,
            &long_label,
            &long_domain,
            &long_sent,
            &long_text,
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn mail_is_sent_to_the_local_part_as_given_at_the_a_label() {
        let address = EmailAddress::parse("Vic.Tim@B\u{fc}cher.Example").unwrap();

        assert_eq!(address.deliverable(), "Vic.Tim@xn--bcher-kva.example");
        assert_eq!(address.unicode(), "vic.tim@b\u{fc}cher.example");
        let sent = EmailAddress::parse(&address.deliverable()).unwrap();
        assert_eq!(sent.canonical(), address.canonical());
    }

    #[test]
    fn every_accepted_address_can_be_put_into_a_mail() {
        let longest_domain = format!("a@{}ab", "bcdefgh.".repeat(31));
        for text in [
            "a@localhost",
            "!#$%&'*+/=?^_`{|}~-@example.org",
            "Vic.Tim@b\u{fc}cher.example",
            "a@m\u{130}mi.example",
            "a@r3---sn.example",
            "a@1.example",
            &longest_domain,
        ] {
            let sent = EmailAddress::parse(text).unwrap().deliverable();

            assert!(sent.is_ascii() && sent.len() <= MAX_OCTETS, "{sent}");
            assert!(sent.parse::<lettre::Address>().is_ok(), "{sent}");
            assert!(
                validator::ValidateEmail::validate_email(&text.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_key_is_its_own_key_in_any_case() {
        for text in [
            " Vic@Example.org\n",
            "a@B\u{dc}CHER.example",
            "a@m\u{130}mi.example",
            "A..B@[127.0.0.1]",
            "N\u{130}body",
            "XN--\u{212a}@xn--zzzzzz.example",
        ] {
            let key = lookup_key(text);

            assert_eq!(lookup_key(&key), key, "{text}");
            assert_eq!(lookup_key(&key.to_ascii_uppercase()), key, "{text}");
        }
        assert_eq!(lookup_key(" A..b@Example.org "), "a..b@example.org");
        assert_ne!(lookup_key("\u{212a}@example.org"), lookup_key("k@example.org"));
    }
}
