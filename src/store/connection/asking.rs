//! What is asked on a connection: a script, or plain commands; at once, or on the connection that the caller goes on with.
//!
//! Everything here is timed to the answer: from the wish for a connection, or from the call on the connection that the
//! caller has. Failures are sorted and counted, but for plain commands on his connection, which are his to judge. Easy to
//! get wrong: an error that leaves the connection in doubt must cost it, whoever asked.

use redis::{
    Arg, ErrorKind, FromRedisValue, Pipeline, RedisError, ScriptInvocation, ServerErrorKind,
    aio::MultiplexedConnection,
};

use super::{Here, Link, is_doubtful};
use crate::store::{
    StoreError,
    calls::{self, Timing},
    reply::Reply,
    scripts::{self, Script},
};

/// How often a script is loaded that Redis forgets before its call.
const MOST_LOADS: usize = 5;

impl Link {
    /// Runs a script, loading it where Redis does not know it yet.
    pub(in crate::store) async fn run(
        &self,
        script: &Script,
        keys: &[String],
        args: &[String],
    ) -> Result<Reply, StoreError> {
        let _timing = Timing::begin(script.name);
        let mut here = self.here().await?;
        self.invoke(&mut here, script, keys, args).await
    }

    /// The same on a connection that the caller goes on with.
    pub(in crate::store) async fn run_here(
        &self,
        here: &mut Here,
        script: &Script,
        keys: &[String],
        args: &[String],
    ) -> Result<Reply, StoreError> {
        let _timing = Timing::begin(script.name);
        self.invoke(here, script, keys, args).await
    }

    async fn invoke(
        &self,
        here: &mut Here,
        script: &Script,
        keys: &[String],
        args: &[String],
    ) -> Result<Reply, StoreError> {
        let mut call = script.code.prepare_invoke();
        for key in keys {
            call.key(key);
        }
        for arg in args {
            call.arg(arg);
        }
        let answer = call_loaded(&call, &mut here.connection).await;
        let value = self.judged(script.name, here, answer).await?;
        Reply::read(script.name, value).inspect_err(calls::failed)
    }

    /// Runs plain commands that need no script, in one round trip.
    pub(in crate::store) async fn pipeline<T: FromRedisValue>(
        &self,
        name: &'static str,
        commands: &Pipeline,
    ) -> Result<T, StoreError> {
        let _timing = Timing::begin(name);
        let mut here = self.here().await?;
        let answer = commands.query_async(&mut here.connection).await;
        self.judged(name, &here, answer).await
    }

    /// Reads in one step, at whatever a Redis can still answer: as [`Self::pipeline`] with MULTI, but without memory too. Not
    /// for long lists, since nobody else is served meanwhile.
    pub(in crate::store) async fn look<T: FromRedisValue>(
        &self,
        name: &'static str,
        commands: &Pipeline,
    ) -> Result<T, StoreError> {
        let _timing = Timing::begin(name);
        let mut here = self.here().await?;
        let mut call = scripts::LOOK.code.prepare_invoke();
        for command in commands.cmd_iter() {
            let words = command.args_iter().filter_map(|word| {
                // A cursor is another client's way to write SCAN.
                let Arg::Simple(word) = word else { return None };
                Some(word)
            });
            let words: Vec<_> = words.collect();
            call.arg(words.len());
            for word in words {
                call.arg(word);
            }
        }
        let answer = call_loaded(&call, &mut here.connection).await;
        self.judged(name, &here, answer).await
    }

    /// What Redis answered; an error is counted, and costs the connection where it leaves that in doubt.
    async fn judged<T>(
        &self,
        name: &'static str,
        here: &Here,
        answer: Result<T, RedisError>,
    ) -> Result<T, StoreError> {
        match answer {
            Ok(value) => Ok(value),
            Err(error) => Err(self.failed(name, here, error).await).inspect_err(calls::failed),
        }
    }

    /// Plain commands on a connection that the caller goes on with; what Redis said to which of them is his to judge.
    pub(in crate::store) async fn pipeline_here<T: FromRedisValue>(
        &self,
        here: &mut Here,
        name: &'static str,
        commands: &Pipeline,
    ) -> Result<T, RedisError> {
        let _timing = Timing::begin(name);
        let answer = commands.query_async(&mut here.connection).await;
        if let Err(error) = &answer
            && is_doubtful(error)
        {
            self.drop_connection(here).await;
        }
        answer
    }
}

/// Calls a script that redis-rs loads where Redis does not know it; again where it is forgotten before its call.
async fn call_loaded<T: FromRedisValue>(
    call: &ScriptInvocation<'_>,
    connection: &mut MultiplexedConnection,
) -> Result<T, RedisError> {
    let mut answer = call.invoke_async(connection).await;
    for _ in 1..MOST_LOADS {
        let is_forgotten = |error: &RedisError| error.kind() == ErrorKind::Server(ServerErrorKind::NoScript);
        if !answer.as_ref().is_err_and(is_forgotten) {
            break;
        }
        answer = call.invoke_async(connection).await;
    }
    answer
}
