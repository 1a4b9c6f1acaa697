//! A certificate for development, signed by itself.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};

use crate::files;

/// The file of the certificate.
pub const CERTIFICATE: &str = "cert.pem";
/// The file of its key.
pub const KEY: &str = "key.pem";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Make one where there is none. What lies there already, made here or real, is left alone.
pub fn ensure(dir: &Path) -> Result<()> {
    let (certificate, key) = (dir.join(CERTIFICATE), dir.join(KEY));
    if certificate.exists() {
        ensure!(
            key.exists(),
            "{} has no key beside it: put it into {}",
            certificate.display(),
            key.display()
        );
        return Ok(());
    }
    ensure!(
        !key.exists(),
        "{} has no certificate beside it: put it into {}",
        key.display(),
        certificate.display()
    );
    let (text, secret) = self_signed().context("Cannot make a certificate")?;
    // In this order: a crash between the two is noticed above.
    files::write_private(&key, &secret)?;
    files::write_private(&certificate, &text)
}

fn self_signed() -> Result<(String, String)> {
    let key = KeyPair::generate()?;
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "Souk for development");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = (SystemTime::now() - DAY).into();
    params.not_after = (SystemTime::now() + 3650 * DAY).into();
    let certificate = params.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn one_is_made_once_and_a_real_one_is_left_alone() {
        let dir = std::env::temp_dir().join(format!("souk-tls-{}", std::process::id()));
        let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap();

        ensure(&dir).unwrap();
        let made = (read(CERTIFICATE), read(KEY));
        ensure(&dir).unwrap();
        let again = (read(CERTIFICATE), read(KEY));
        fs::remove_file(dir.join(KEY)).unwrap();
        let refused = ensure(&dir).unwrap_err().to_string();
        fs::remove_dir_all(&dir).unwrap();

        assert!(made.0.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(made.1.contains("PRIVATE KEY"));
        assert_eq!(made, again);
        assert!(refused.contains("has no key"), "{refused}");
    }
}
