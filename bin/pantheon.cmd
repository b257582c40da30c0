@echo off
setlocal
set "ROOT=%~dp0.."
if not exist "%ROOT%\dist\cli.mjs" (
  echo Error: Pantheon is not built in %ROOT%. 1>&2
  echo Run `npm ci` there, which builds it. 1>&2
  exit /b 3
)
where node >nul 2>nul
if errorlevel 1 (
  echo Error: Pantheon needs Node 24. Install it from https://nodejs.org, then try again. 1>&2
  exit /b 3
)
rem Compiled code is kept from one start to the next.
set "NODE_COMPILE_CACHE=%ROOT%\node_modules\.cache\pantheon"
node "%ROOT%\dist\cli.mjs" %*
exit /b %ERRORLEVEL%
