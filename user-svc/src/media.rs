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
use tokio::time::{error::Elapsed, timeout};
use uuid::Uuid;

use crate::config::MediaConfig;

/// How long the store may take for one call, repeats included.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Why the media store did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// It refused, or could not be reached.
    #[error("the media store failed")]
    Store(#[from] object_store::Error),
    /// It has not answered.
    #[error("the media store did not answer in time")]
    Timeout(#[from] Elapsed),
}

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
            .with_timeout(TIMEOUT)
            .with_connect_timeout(Duration::from_secs(1))
            .with_allow_http(true);
        let retry = RetryConfig {
            max_retries: 2,
            retry_timeout: TIMEOUT,
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
    pub async fn put(&self, id: Uuid, jpeg: Vec<u8>) -> Result<(), MediaError> {
        timeout(TIMEOUT, self.0.put(&path(id), jpeg.into())).await??;
        Ok(())
    }

    /// The avatar of that id, if it is kept.
    pub async fn get(&self, id: Uuid) -> Result<Option<Bytes>, MediaError> {
        let read = async { self.0.get(&path(id)).await?.bytes().await };
        match timeout(TIMEOUT, read).await? {
            Ok(jpeg) => Ok(Some(jpeg)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes an avatar; one that is not there is removed already.
    pub async fn delete(&self, id: Uuid) -> Result<(), MediaError> {
        match timeout(TIMEOUT, self.0.delete(&path(id))).await? {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn path(id: Uuid) -> Path {
    Path::from(format!("avatars/{id}.jpg"))
}
