//! The mails of the mesh, which user-svc writes to a directory.

use std::fs;

use crate::eventually::{SOON, eventually};
use crate::mesh::Mesh;

impl Mesh {
    /// The secret in the newest mail with this subject to this address.
    pub async fn mailed(&self, email: &str, subject: &str) -> String {
        let what = format!("a mail `{subject}`");
        eventually(&what, SOON, async || {
            let mut mails = self.mails_to(email)?;
            mails.retain(|mail| mail.lines().any(|line| line == format!("Subject: {subject}")));
            let mail = mails.pop().ok_or("there is none")?;
            let link = mail.lines().find_map(|line| line.split_once("#token="));
            link.map(|(_, token)| token.to_owned())
                .ok_or("it has no link".to_owned())
        })
        .await
    }

    /// All mails to an address, oldest first.
    fn mails_to(&self, email: &str) -> Result<Vec<String>, String> {
        let mut mails = self.mails()?;
        mails.retain(|mail| mail.contains(&format!("To: {email}")));
        Ok(mails)
    }

    /// All mails with this word in them, oldest first.
    pub fn mails_about(&self, word: &str) -> Vec<String> {
        let mut mails = self.mails().unwrap();
        mails.retain(|mail| mail.contains(word));
        mails
    }

    /// All mails, oldest first: their names tell their order.
    fn mails(&self) -> Result<Vec<String>, String> {
        let files = fs::read_dir(self.dir.join("mails")).map_err(|error| error.to_string())?;
        let mut paths: Vec<_> = files
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        paths.sort();
        Ok(paths
            .iter()
            .map(|path| fs::read_to_string(path).unwrap())
            .collect())
    }
}
