//! All that the mesh keeps of a user, in one archive.
//!
//! It is gathered page by page into a file without a name, so that a large account costs no memory and a crash leaves
//! nothing behind, and given out only when every service has told everything.

use std::fs::File;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use souk_clients::export::{ExportClient, ExportPage};
use souk_db::Db;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use uuid::Uuid;

use super::archive::{Archive, Part};
use crate::media::Media;
use crate::{Error, Result, store};

/// How long it may take; the gateway waits a little longer.
const PATIENCE: Duration = Duration::from_secs(12);
/// Parts on their way into the file.
const UNDER_WAY: usize = 2;
/// Gathering reads much: two at once, whatever the number of requests.
static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// A service and the client by which it tells what it keeps.
pub type Keeper = (&'static str, ExportClient);

/// What an export needs.
#[derive(Clone)]
pub struct Exporter {
    /// The service's database.
    pub db: Db,
    /// Where avatars are.
    pub media: Media,
    /// The other services.
    pub keepers: Arc<[Keeper]>,
}

impl Exporter {
    /// A zip archive with a JSON file for each service.
    ///
    /// # Errors
    /// When a service is away or all of it takes too long: never a part for the whole.
    pub async fn export(&self, user_id: Uuid) -> Result<File> {
        timeout(PATIENCE, async {
            let _place = PLACES.acquire().await.map_err(|_| Error::ExportSlow)?;
            self.gather(user_id).await
        })
        .await
        .map_err(|_| Error::ExportSlow)?
    }

    async fn gather(&self, user_id: Uuid) -> Result<File> {
        let (parts, taken) = mpsc::channel(UNDER_WAY);
        let written = tokio::task::spawn_blocking(move || Archive::write(taken));
        // When told nothing more, the writer ends; without `Part::Whole` it throws away what it has.
        let told = self.tell(user_id, parts).await;
        let file = written.await?;
        told?;
        Ok(file?)
    }

    async fn tell(&self, user_id: Uuid, parts: mpsc::Sender<Part>) -> Result<()> {
        self.tell_own(user_id, &parts).await?;
        for (service, keeper) in self.keepers.iter() {
            send(&parts, Part::Service(service)).await;
            let mut after = None;
            loop {
                let page = keeper.page(user_id, after.as_deref()).await?;
                after = page.next.clone();
                send(&parts, rows(page)).await;
                if after.is_none() {
                    break;
                }
            }
        }
        send(&parts, Part::Whole).await;
        Ok(())
    }

    async fn tell_own(&self, user_id: Uuid, parts: &mpsc::Sender<Part>) -> Result<()> {
        let avatar = {
            let mut conn = self.db.conn().await?;
            store::users::find(&mut conn, user_id)
                .await?
                .ok_or(Error::NotFound)?
                .avatar
        };
        if let Some(id) = avatar
            && let Some(jpeg) = self.media.get(id).await?
        {
            send(parts, Part::Picture(jpeg)).await;
        }
        send(parts, Part::Service(crate::NAME)).await;
        let mut next = Some((0, None));
        while let Some(cursor) = next.take() {
            let mut conn = self.db.conn().await?;
            let page = souk_db::export(&mut conn, store::export::SECTIONS, user_id, cursor).await?;
            drop(conn);
            if let Some(page) = page {
                next = page.next;
                send(parts, Part::Rows(page.kind.to_owned(), page.rows)).await;
            }
        }
        Ok(())
    }
}

fn rows(page: ExportPage) -> Part {
    Part::Rows(page.kind, page.rows)
}

async fn send(parts: &mpsc::Sender<Part>, part: Part) {
    // The writer goes away only when it has failed: what it says of that is told instead.
    let _ = parts.send(part).await;
}
