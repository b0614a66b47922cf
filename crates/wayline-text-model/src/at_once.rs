//! Many questions at once.

use std::sync::{Mutex, PoisonError};

/// Does work for each of the items on so many threads, and gives what came of it in the items' order.
///
/// A model is waited for, not reckoned with, so what keeps `concurrency` calls on their way is as many
/// threads, whatever the machine's cores.
pub fn at_once<T, R, W>(items: T, threads: usize, work: W) -> Vec<R>
where
    T: IntoIterator,
    T::IntoIter: Send,
    R: Send,
    W: Fn(T::Item) -> R + Sync,
{
    let items = Mutex::new(items.into_iter().enumerate());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let next = items.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((place, item)) = next else { break };
                    let result = work(item);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push((place, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}
