//! Tasks beside the server. One that panics leaves its work undone for good, so the process is not ready any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use souk_http::Check;

/// Whether a task of this process has panicked.
#[derive(Clone, Default)]
pub struct TaskWatch(Arc<AtomicBool>);

impl TaskWatch {
    /// The same task, watched.
    pub fn watch(
        &self,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let has_panicked = Arc::clone(&self.0);
        async move {
            // The panic itself was logged where it happened.
            if tokio::spawn(task).await.is_err() {
                tracing::error!(
                    "Background task failed with a panic; the process is not ready until it is restarted"
                );
                has_panicked.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Ready as long as no task has panicked.
    pub fn check(&self) -> Check {
        let has_panicked = Arc::clone(&self.0);
        Check::new("background tasks", move || {
            let panicked = has_panicked.load(Ordering::Relaxed);
            async move {
                if panicked {
                    Err("a task has panicked")
                } else {
                    Ok(())
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use souk_http::Readiness;

    use super::*;

    #[tokio::test]
    async fn a_process_whose_task_panicked_is_not_ready() {
        let watch = TaskWatch::default();
        let checks = [watch.check()];
        let is_ready = async || Readiness::of(&checks, Duration::from_secs(1)).await.ready;

        watch.watch(async {}).await;
        assert!(is_ready().await);

        watch.watch(async { panic!("on purpose") }).await;
        assert!(!is_ready().await);
    }
}
