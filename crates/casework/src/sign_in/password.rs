//! Passwords: computed by Argon2id, and refused when they are easy to guess.

use super::Error;
use super::rules::{HashRules, Rules};
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// Letters and digits of first passwords that are not taken for each other.
const CLEAR: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567892";

/// Computes and compares passwords, a few at a time.
pub struct Hasher {
    argon: Argon2<'static>,
    /// How a hash by the present parameters begins.
    prefix: String,
    /// Compared where there is nothing to compare.
    dummy: String,
    slots: Arc<Semaphore>,
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// Compatibility forms are one: a full-width letter is the letter.
fn plain(password: &str) -> String {
    password.nfkc().collect()
}

impl Hasher {
    /// For these parameters; computes one hash.
    pub(crate) fn new(rules: &HashRules) -> Result<Hasher, Error> {
        let world = |e: &dyn fmt::Display| Error::World(format!("Argon2id: {e}"));
        let params = Params::new(rules.memory_kib, rules.passes, rules.lanes, None).map_err(|e| world(&e))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let prefix = format!("$argon2id$v=19$m={},t={},p={}$", rules.memory_kib, rules.passes, rules.lanes);
        let dummy = argon.hash_password(b"nobody has this").map_err(|e| world(&e))?.to_string();
        Ok(Hasher { argon, prefix, dummy, slots: Arc::new(Semaphore::new(rules.at_once)) })
    }

    /// The hash of a password in PHC form.
    ///
    /// # Errors
    /// The system gives no random numbers or no thread.
    pub async fn hash(&self, password: &str) -> Result<String, Error> {
        let password = plain(password);
        let hash =
            self.apart(move |argon| argon.hash_password(password.as_bytes()).map(|hash| hash.to_string()));
        hash.await?.map_err(|e| Error::World(format!("Argon2id: {e}")))
    }

    /// Is it the password of a hash?
    ///
    /// # Errors
    /// The system gives no thread.
    pub async fn verify(&self, password: &str, hash: &str) -> Result<bool, Error> {
        let (password, hash) = (plain(password), hash.to_owned());
        self.apart(move |argon| argon.verify_password(password.as_bytes(), hash.as_str()).is_ok()).await
    }

    /// Takes as long as comparing, and never fits.
    pub(crate) async fn pretend(&self, password: &str) -> Result<bool, Error> {
        self.verify(password, &self.dummy.clone()).await.map(|_| false)
    }

    /// Was a hash computed by other parameters?
    pub fn is_outdated(&self, hash: &str) -> bool {
        !hash.starts_with(&self.prefix)
    }

    /// On a thread that may take its time, and only a few at once.
    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let slot = slot.map_err(|e| Error::World(e.to_string()))?;
        let argon = self.argon.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            work(&argon)
        });
        done.await.map_err(|e| Error::World(format!("comparing a password: {e}")))
    }
}

/// The hash of a password by the rules that are compiled in, here and now; for the command line and the demo.
///
/// # Errors
/// The system gives no random numbers.
pub fn hash_password(password: &str) -> Result<String, Error> {
    let hasher = Hasher::new(&Rules::embedded().hash)?;
    let hash = hasher.argon.hash_password(plain(password).as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|e| Error::World(format!("Argon2id: {e}")))
}

/// Why a password is easy to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer characters than this.
    Short(usize),
    /// More characters than this.
    Long(usize),
    /// Fewer different characters than this.
    Uniform(usize),
    /// A frequent password, with little or only digits around it.
    Frequent,
    /// The login is in it.
    HasLogin,
    /// The person's name is in it.
    HasName,
    /// It is the present one.
    Same,
}

impl Weakness {
    /// The word for texts and machines.
    pub fn word(self) -> &'static str {
        match self {
            Weakness::Short(_) => "short",
            Weakness::Long(_) => "long",
            Weakness::Uniform(_) => "uniform",
            Weakness::Frequent => "frequent",
            Weakness::HasLogin => "has_login",
            Weakness::HasName => "has_name",
            Weakness::Same => "same",
        }
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Weakness::Short(n) => write!(f, "口令至少{n}个字符。At least {n} characters"),
            Weakness::Long(n) => write!(f, "口令至多{n}个字符。At most {n} characters"),
            Weakness::Uniform(n) => write!(f, "口令至少含{n}种不同字符。At least {n} different characters"),
            Weakness::Frequent => f.write_str(
                "口令过于常见，请换用几个互不相关的词。The password is a frequent one; take some unrelated words",
            ),
            Weakness::HasLogin => f.write_str("口令不得含登录名。The login must not be in it"),
            Weakness::HasName => f.write_str("口令不得含姓名。Your name must not be in it"),
            Weakness::Same => f.write_str("新口令不得与现口令相同。It is the present password"),
        }
    }
}

impl Rules {
    /// Everything that makes a password easy to guess; empty for a good one. No classes of characters are asked for.
    pub fn weaknesses(&self, password: &str, login: &str, name: &str) -> Vec<Weakness> {
        let rules = &self.password;
        let lower = plain(password).to_lowercase();
        let chars: Vec<char> = lower.chars().collect();
        let mut found = Vec::new();
        if chars.len() < rules.length_min {
            found.push(Weakness::Short(rules.length_min));
        }
        if chars.len() > rules.length_max {
            // Nothing more is looked for in what may be a whole file.
            return vec![Weakness::Long(rules.length_max)];
        }
        if chars.iter().collect::<HashSet<_>>().len() < rules.distinct_min {
            found.push(Weakness::Uniform(rules.distinct_min));
        }
        let rest = self.besides_listed(&chars);
        if rest.len() < rules.besides_listed_min || rest.iter().all(char::is_ascii_digit) {
            found.push(Weakness::Frequent);
        }
        let (login, name) = (login.to_lowercase(), name.to_lowercase());
        if login.chars().count() >= 3 && lower.contains(&login) {
            found.push(Weakness::HasLogin);
        }
        if name.chars().count() >= 2 && lower.contains(&name) {
            found.push(Weakness::HasName);
        }
        found
    }

    /// What is left of a password without the frequent ones in it, the longest first.
    fn besides_listed(&self, chars: &[char]) -> Vec<char> {
        let longest = self.frequent.iter().map(|entry| entry.chars().count()).max().unwrap_or(0);
        let mut rest = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            let lengths = (1..=longest.min(chars.len() - at)).rev();
            let entry = lengths
                .into_iter()
                .find(|length| self.frequent.contains(&chars[at..at + length].iter().collect::<String>()));
            match entry {
                Some(length) => at += length,
                None => {
                    rest.push(chars[at]);
                    at += 1;
                }
            }
        }
        rest
    }
}

/// A password to be shown once, of letters and digits that are not taken for each other, in groups of four.
///
/// # Errors
/// The system gives no random numbers.
pub(crate) fn first_password(length: usize) -> Result<String, Error> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).map_err(|e| Error::World(format!("the system's random numbers: {e}")))?;
    let letter = |byte: &u8| char::from(CLEAR[usize::from(byte % 32)]);
    let groups: Vec<String> = bytes.chunks(4).map(|group| group.iter().map(letter).collect()).collect();
    Ok(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(password: &str) -> Vec<&'static str> {
        let rules = Rules::embedded();
        rules.weaknesses(password, "zhang.wei", "张三丰").into_iter().map(Weakness::word).collect()
    }

    #[test]
    fn frequent_passwords_and_chinese_habits_are_refused_with_what_is_put_around_them() {
        for password in [
            "woaini1314520",
            "a123456a123456",
            "Woaini1314!!",
            "zhangwei19900101",
            "Password2024!",
            "1qaz2wsx3edc4rfv",
            "5201314zhang",
            "13985012345678",
            "guiyang123456",
            "ＷＯＡＩＮＩ1314520",
            "123456abc123456",
        ] {
            assert_eq!(words(password), ["frequent"], "{password}");
        }
    }

    #[test]
    fn unrelated_words_pass_in_any_script() {
        for password in [
            "mirror-of-guiyang-5201",
            "correct horse battery",
            "清晨的花果园有雾也有风，记得带伞",
            "k7qm-3x9p-w2ht-ab4d",
        ] {
            assert_eq!(words(password), Vec::<&str>::new(), "{password}");
        }
    }

    #[test]
    fn short_uniform_and_own_words_are_told_apart() {
        assert_eq!(words("xk3#Lq9"), ["short"]);
        assert_eq!(words("abababababab!"), ["uniform"]);
        assert_eq!(words("hello zhang.wei there"), ["has_login"]);
        assert_eq!(words("我是张三丰，今年一百岁了"), ["has_name"]);
        assert_eq!(words(&"ab12".repeat(40)), ["long"]);
    }

    #[test]
    fn a_first_password_is_a_good_one_and_never_the_same() {
        let (one, other) = (first_password(16).unwrap(), first_password(16).unwrap());
        assert_eq!(one.len(), 19);
        assert_ne!(one, other);
        assert_eq!(words(&one), Vec::<&str>::new());
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_only_and_knows_its_parameters() {
        let mut rules = Rules::embedded().hash;
        let hasher = Hasher::new(&rules).unwrap();
        let hash = hasher.hash("correct horse battery").await.unwrap();
        assert!(hasher.verify("correct horse battery", &hash).await.unwrap());
        assert!(hasher.verify("ｃorrect horse battery", &hash).await.unwrap(), "full width");
        assert!(!hasher.verify("correct horse batterx", &hash).await.unwrap());
        assert!(!hasher.verify("correct horse battery", "no hash").await.unwrap());
        assert!(!hasher.pretend("nobody has this").await.unwrap());
        assert!(!hasher.is_outdated(&hash));
        rules.passes += 1;
        let newer = Hasher::new(&rules).unwrap();
        assert!(newer.is_outdated(&hash) && newer.verify("correct horse battery", &hash).await.unwrap());
    }
}
