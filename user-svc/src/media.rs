//! Where pictures are kept: a local directory, or a bucket that speaks S3.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use anyhow::Context;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use uuid::Uuid;

use crate::config::MediaConfig;

/// How long a bucket may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The media store. Cheap to clone.
#[derive(Clone)]
pub struct Media(Arc<dyn ObjectStore>);

impl Media {
    /// Opens what the settings name. A bucket need not be reachable yet.
    ///
    /// # Errors
    /// When nothing is named, the directory cannot be made, or the bucket's settings make no sense.
    pub fn open(config: &MediaConfig) -> anyhow::Result<Self> {
        match (&config.media_url, &config.media_dir) {
            (Some(url), _) => Self::bucket(url, config),
            (None, Some(dir)) => Self::directory(dir),
            (None, None) => anyhow::bail!("MEDIA_DIR or MEDIA_URL must say where pictures are kept"),
        }
    }

    fn directory(dir: &str) -> anyhow::Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("{dir} cannot be made"))?;
        let store =
            LocalFileSystem::new_with_prefix(dir).with_context(|| format!("{dir} cannot be opened"))?;
        Ok(Self(Arc::new(store)))
    }

    /// `s3://bucket/prefix`.
    fn bucket(url: &str, config: &MediaConfig) -> anyhow::Result<Self> {
        let (bucket, prefix) = url
            .strip_prefix("s3://")
            .map(|rest| rest.split_once('/').unwrap_or((rest, "")))
            .filter(|(bucket, _)| !bucket.is_empty())
            .context("MEDIA_URL must be s3://bucket or s3://bucket/prefix")?;
        // The HTTP client wants to know a provider even where no TLS is spoken; a second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = ClientOptions::new()
            .with_timeout(PATIENCE)
            .with_connect_timeout(Duration::from_secs(1))
            .with_allow_http(true);
        let retry = RetryConfig {
            max_retries: 2,
            retry_timeout: PATIENCE,
            ..RetryConfig::default()
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(config.aws_region.as_deref().unwrap_or("us-east-1"))
            .with_client_options(options)
            .with_retry(retry)
            // Not everything that speaks S3 deletes many at once.
            .with_disable_bulk_delete(true);
        if let Some(endpoint) = &config.aws_endpoint_url {
            builder = builder.with_endpoint(endpoint);
        }
        if let (Some(id), Some(secret)) = (&config.aws_access_key_id, &config.aws_secret_access_key) {
            builder = builder
                .with_access_key_id(id.reveal())
                .with_secret_access_key(secret.reveal());
        }
        let store = builder.build().context("MEDIA_URL cannot be used")?;
        Ok(Self(Arc::new(PrefixStore::new(store, prefix))))
    }

    /// Keeps an avatar under its id.
    pub async fn put(&self, id: Uuid, jpeg: Vec<u8>) -> object_store::Result<()> {
        self.0.put(&path(id), jpeg.into()).await?;
        Ok(())
    }

    /// The avatar of that id, if it is kept.
    pub async fn get(&self, id: Uuid) -> object_store::Result<Option<Bytes>> {
        match self.0.get(&path(id)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes an avatar; one that is not there is removed already.
    pub async fn delete(&self, id: Uuid) -> object_store::Result<()> {
        match self.0.delete(&path(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn path(id: Uuid) -> Path {
    Path::from(format!("avatars/{id}.jpg"))
}
