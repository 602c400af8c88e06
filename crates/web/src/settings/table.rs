//! The table of all settings and the page written from it.

use std::fmt::Write;

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in the file; in the environment `MINGJING_` and the name in capitals.
    pub name: &'static str,
    /// What holds when it is not given; empty: nothing.
    pub default: &'static str,
    /// What it is, in Chinese.
    pub zh: &'static str,
    /// What it is, in English.
    pub en: &'static str,
}

const fn setting(name: &'static str, default: &'static str, zh: &'static str, en: &'static str) -> Setting {
    Setting { name, default, zh, en }
}

/// All settings.
pub const ALL: &[Setting] = &[
    setting(
        "data",
        "./mingjing-data",
        "数据目录：上传文件、结果、密钥、导出文件",
        "Directory for uploads, results, keys and exports",
    ),
    setting(
        "database",
        "",
        "数据库地址：sqlite:文件 或 postgres://…；缺省为数据目录中的 mingjing.db",
        "Address of the database: sqlite:FILE or postgres://…; by default mingjing.db in the data directory",
    ),
    setting("listen", "127.0.0.1:8080", "监听地址与端口", "Address and port to listen on"),
    setting(
        "public_address",
        "",
        "浏览器访问的地址，如 https://mingjing.example.gov.cn；经代理或者目录登录时必填",
        "How browsers reach it, such as https://mingjing.example.gov.cn; needed behind a proxy and for the directory",
    ),
    setting("tls_certificate", "", "TLS 证书链文件（PEM）", "File of the TLS certificate chain (PEM)"),
    setting("tls_key", "", "TLS 私钥文件（PEM）", "File of the TLS private key (PEM)"),
    setting(
        "trusted_proxies",
        "",
        "可信代理的地址或网段，逗号分隔；只采信它们给出的 X-Forwarded-For",
        "Addresses or networks of trusted proxies, by comma; only their X-Forwarded-For is believed",
    ),
    setting(
        "metrics_from",
        "127.0.0.1,::1",
        "可以读取 /metrics 的地址或网段，逗号分隔",
        "Addresses or networks that may read /metrics, by comma",
    ),
    setting("language", "zh-CN", "缺省语言：zh-CN 或 en", "Language by default: zh-CN or en"),
    setting(
        "session_idle_minutes",
        "60",
        "会话无操作多少分钟后失效",
        "Minutes without a request after which a session ends",
    ),
    setting("session_hours", "12", "会话最长多少小时", "Hours after which a session ends in any case"),
    setting(
        "sign_in_per_minute",
        "20",
        "同一地址每分钟最多尝试登录次数",
        "Attempts to sign in from one address in a minute",
    ),
    setting(
        "api_per_minute",
        "600",
        "同一令牌每分钟最多请求接口次数",
        "Requests to the API with one token in a minute",
    ),
    setting(
        "body_kilobytes_max",
        "1024",
        "一般请求的内容上限（KB）",
        "Kilobytes of a request that is no upload",
    ),
    setting("upload_megabytes_max", "8192", "一次上传的上限（MB）", "Megabytes of an upload"),
    setting(
        "unpacked_megabytes_max",
        "65536",
        "上传的压缩文件、工作簿解压后的上限（MB）",
        "Megabytes that an uploaded packed file or workbook may unpack to",
    ),
    setting(
        "import_dir",
        "",
        "服务器上可供选用的表格所在目录；不填则只能上传",
        "Folder of this machine from which tables can be chosen; without it tables are uploaded",
    ),
    setting(
        "request_seconds",
        "30",
        "一般请求最长处理秒数（上传、下载除外）",
        "Seconds a request may take that is neither upload nor download",
    ),
    setting("job_workers", "2", "同时运行的后台任务数", "Background jobs at once"),
    setting("log_format", "json", "日志格式：json 或 text", "Format of the log: json or text"),
    setting(
        "log_level",
        "info",
        "日志级别：error、warn、info、debug，或按模块，如 mingjing_web=debug",
        "Level of the log: error, warn, info, debug, or by module such as mingjing_web=debug",
    ),
    setting(
        "directory_issuer",
        "",
        "统一身份认证（OpenID Connect）的签发地址；不填则不用",
        "Issuer of the city's directory (OpenID Connect); without it there is none",
    ),
    setting("directory_name", "统一身份认证", "登录按钮上的名称", "Name on the sign-in button"),
    setting(
        "directory_client_id",
        "",
        "在统一身份认证登记的客户端编号",
        "Client id registered with the directory",
    ),
    setting(
        "directory_client_secret",
        "",
        "在统一身份认证登记的客户端密钥",
        "Client secret registered with the directory",
    ),
    setting(
        "directory_found_by",
        "subject",
        "如何找到账号：subject 为账号中登记的目录标识；login 为首次按登录名对应",
        "How an account is found: subject is what is written into the account; login matches the login once",
    ),
    setting(
        "directory_login_claim",
        "preferred_username",
        "目录中哪一项是登录名",
        "Which claim holds the login",
    ),
    setting(
        "directory_create_in_office",
        "",
        "首次登录时在哪个机构（编号）自动建立账号；不填则不自动建立",
        "Number of the office in which an account is made on first sign-in; without it none is made",
    ),
];

/// The reference page, as `docs/guide/settings.md` holds it.
pub fn reference() -> String {
    let mut page = String::from(
        "# 设置 Settings\n\n\
         <!-- Written by the program from crates/web/src/settings/table.rs; a test compares. -->\n\n\
         设置来自 YAML 文件（`mingjing serve --settings FILE` 或 `MINGJING_SETTINGS`）、环境变量与命令行；后者优先。\n\n\
         Settings come from a YAML file (`mingjing serve --settings FILE` or `MINGJING_SETTINGS`), the environment and\n\
         the command line; the later wins. In the environment a name is written in capitals behind `MINGJING_`:\n\
         `listen` is `MINGJING_LISTEN`.\n\n\
         | 名称 name | 缺省 default | 含义 meaning |\n| --- | --- | --- |\n",
    );
    for setting in ALL {
        let default =
            if setting.default.is_empty() { "–".to_owned() } else { format!("`{}`", setting.default) };
        // Writing into a String cannot fail.
        let _ = writeln!(page, "| `{}` | {default} | {}<br>{} |", setting.name, setting.zh, setting.en);
    }
    page.push_str(
        "\n首次启动的管理员 The first administrator: `MINGJING_ADMIN_LOGIN`, `MINGJING_ADMIN_PASSWORD` \
         (see [server.md](server.md)).\n",
    );
    page
}
