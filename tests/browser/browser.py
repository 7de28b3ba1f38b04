"""A headless Chromium for tests of pages and pictures. Importing it where Chromium, its driver or Selenium is absent ends the
program with status 77, which CTest shows as skipped."""

import json
import os
import shutil
import sys
import time

SKIPPED = 77

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    print("skipped: python3-selenium is not installed")
    sys.exit(SKIPPED)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
if not CHROMIUM or not DRIVER:
    print("skipped: chromium and chromedriver are not installed")
    sys.exit(SKIPPED)


class Browser:
    """One window. `scripts=False` turns JavaScript off, `dark=True` asks pages for their dark colours, `trace=True` has the browser
    trace itself: Tracing.dataCollected in the performance log."""

    def __init__(self, width=1280, height=800, scripts=True, dark=False, trace=False):
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-device-scale-factor=1",
                     "--hide-scrollbars", f"--window-size={width},{height}", "--lang=en-US"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        if trace:
            options.add_experimental_option("perfLoggingPrefs", {"enableNetwork": False, "traceCategories": "devtools.timeline,blink.user_timing,toplevel"})
        if not scripts:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        self.driver = webdriver.Chrome(service=Service(DRIVER), options=options)
        self.driver.set_window_size(width, height)
        self.resize(width, height)
        self.theme("dark" if dark else "light")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def command(self, name, arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def resize(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def theme(self, name):
        self.command("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": name}]})

    def open(self, path, fragment=""):
        self.driver.get_log("browser"), self.driver.get_log("performance")
        self.driver.get("about:blank")
        self.driver.get("file://" + os.path.abspath(path) + fragment)

    def js(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.js("const e = document.querySelector(arguments[0]); return e && e.textContent", selector)

    def keys(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def url(self):
        return self.driver.current_url

    def until(self, code, *arguments, seconds=5):
        end = time.time() + seconds
        while time.time() < end:
            value = self.js(code, *arguments)
            if value:
                return value
            time.sleep(0.02)
        raise AssertionError(f"never became true: {code}")

    def screenshot(self, path):
        self.driver.save_screenshot(path)

    def console(self):
        """What the page complained about since it was opened."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self):
        """Addresses asked for since the page was opened, beside the page itself and what it carries."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] != "Network.requestWillBeSent":
                continue
            url = message["params"]["request"]["url"]
            if not url.startswith(("file://", "data:", "blob:", "about:")):
                found.append(url)
        return found
